using Microsoft.AspNetCore.Http;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>What a repeated request is, and what it gets.</summary>
public sealed class IdempotencyKeysTests(StorageFixture storage)
{
    private static readonly SubmissionOptions Plain = new(null, null, null, null);

    private readonly IdempotencyKeys _keys = new(storage.Blobs);
    private readonly string _key = Guid.NewGuid().ToString();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Requests_that_differ_in_anything_at_all_are_different_requests()
    {
        string[] digests =
        [
            Digest("photo", "a.jpg", Plain),
            Digest("phota", "a.jpg", Plain),
            Digest("photo", "b.jpg", Plain),
            Digest("photo", null, Plain),
            Digest("photo", "a.jpg", Plain with { Model = "road" }),
            Digest("photo", "a.jpg", Plain with { Model = "road@2" }),
            Digest("photo", "a.jpg", Plain with { Webhook = "https://a.example.com/" }),
            Digest("photo", "a.jpg", Plain with { Webhook = "https://b.example.com/" }),
            Digest("photo", "a.jpg", Plain with { Webhook = "road" }),
            Digest("photo", "a.jpg", Plain with { Tags = Tags("a", "1") }),
            Digest("photo", "a.jpg", Plain with { Tags = Tags("a", "2") }),
            Digest("photo", "a.jpg", Plain with { Tags = Tags("b", "1") }),
            Digest("photo", "a.jpg", Plain with { Tags = Tags("a", "1", "b", "1") }),
            Digest("photo", "a.jpg", Plain with { Tags = Tags("a1", "") }),
            Digest("photo", "a.jpg", Plain with { Privacy = JobPrivacy.NoLocation }),
            Digest("photo", "a.jpg", Plain with { Detail = JobDetail.High }),
            Digest("photo", "a.jpg", Plain with { Privacy = JobPrivacy.NoLocation, Tags = Tags("a", "1") }),
        ];

        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void The_order_of_tags_and_empty_tags_make_no_difference()
    {
        Assert.Equal(Digest("photo", "a.jpg", Plain with { Tags = Tags("a", "1", "b", "2") }), Digest("photo", "a.jpg", Plain with { Tags = Tags("b", "2", "a", "1") }));
        Assert.Equal(Digest("photo", "a.jpg", Plain), Digest("photo", "a.jpg", Plain with { Tags = Tags() }));
    }

    [Fact]
    public async Task A_key_stands_for_the_first_request_and_is_each_callers_own()
    {
        var (first, second) = (WorkId.New(TimeProvider.System), WorkId.New(TimeProvider.System));
        Assert.Null(await _keys.FindAsync("a", _key, "one", Cancel));

        Assert.Equal(first, await _keys.ClaimAsync("a", _key, "one", first, Cancel));
        Assert.Equal(first, await _keys.ClaimAsync("a", _key, "one", second, Cancel));
        Assert.Equal(first, await _keys.FindAsync("a", _key, "one", Cancel));
        Assert.Equal(second, await _keys.ClaimAsync("b", _key, "one", second, Cancel));

        foreach (var ask in (Func<Task>[])[() => _keys.ClaimAsync("a", _key, "two", second, Cancel), () => _keys.FindAsync("a", _key, "two", Cancel)])
        {
            var refused = await Assert.ThrowsAsync<RoadSegException>(ask);
            Assert.Equal(ErrorCodes.IdempotencyConflict, refused.Code);
            Assert.Contains(first.ToString(), refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Of_many_that_claim_a_key_at_once_all_get_one_job()
    {
        var claimed = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _keys.ClaimAsync("a", _key, "one", WorkId.New(TimeProvider.System), Cancel)));

        Assert.Single(claimed.Distinct());
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("!~", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a\x7F", false)]
    public void A_key_is_of_visible_ascii_characters(string text, bool good) => AssertRead(text, good);

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    public void A_key_has_a_length_that_is_bounded(int length, bool good) => AssertRead(new string('k', length), good);

    [Fact]
    public void Without_the_header_there_is_no_key_and_with_two_it_is_unclear()
    {
        var request = new DefaultHttpContext().Request;
        Assert.Null(IdempotencyKeys.Read(request));

        request.Headers["Idempotency-Key"] = new(["a", "b"]);
        Assert.Equal(ErrorCodes.RequestInvalid, Assert.Throws<RoadSegException>(() => IdempotencyKeys.Read(request)).Code);
    }

    [Fact]
    public async Task What_was_let_in_is_not_refused_when_it_is_asked_for_again_and_keeps_its_line()
    {
        var time = TimeProvider.System;
        var caller = "key-" + Guid.NewGuid().ToString("N")[..16];
        var jobs = new JobStore(storage.Blobs, storage.Queues, time);
        var full = new Admission(storage.Blobs, new QueueGauge(await OwnQueues.CreateAsync(storage.Queues, Cancel), time), new WorkOptions { MaxLiveJobs = 1 }, time);
        var admission = new KeyedAdmission(full, _keys, jobs);
        var id = await _keys.ClaimAsync(caller, _key, "one", WorkId.New(time), Cancel);

        // Claimed by a request that died before it made its job, with another job in the way: there is nothing yet that was let in.
        await CreateAsync(WorkId.New(time));
        Assert.Equal(ErrorCodes.TooManyJobs, (await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(caller, _key, "one", Cancel))).Code);

        await CreateAsync(id);
        Assert.Equal(WorkLane.Bulk, await admission.AdmitAsync(caller, _key, "one", Cancel));
        Assert.Equal(ErrorCodes.IdempotencyConflict, (await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(caller, _key, "two", Cancel))).Code);
        Assert.Equal(ErrorCodes.TooManyJobs, (await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(caller, _key + "-other", "one", Cancel))).Code);
        Assert.Equal(ErrorCodes.TooManyJobs, (await Assert.ThrowsAsync<RoadSegException>(() => admission.AdmitAsync(caller, null, "", Cancel))).Code);

        Task CreateAsync(WorkId job) => jobs.CreateAsync(
            new JobRecord
            {
                Id = job,
                State = JobState.AwaitingUpload,
                Caller = caller,
                Lane = WorkLane.Bulk,
                Source = new JobSource(Containers.Submitted, BlobPaths.Upload(job), null, null),
                Times = new JobTimes { CreatedAt = time.GetUtcNow() },
            },
            Cancel);
    }

    private static void AssertRead(string text, bool good)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers["Idempotency-Key"] = text;
        if (good)
            Assert.Equal(text, IdempotencyKeys.Read(request));
        else
            Assert.Equal(ErrorCodes.RequestInvalid, Assert.Throws<RoadSegException>(() => IdempotencyKeys.Read(request)).Code);
    }

    private static string Digest(string photo, string? name, SubmissionOptions options) => IdempotencyKeys.Digest(System.Text.Encoding.UTF8.GetBytes(photo), name, options);

    private static Dictionary<string, string> Tags(params string[] namesAndValues) =>
        namesAndValues.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
}
