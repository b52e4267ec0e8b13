using System.Net;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Tests.Client;

/// <summary>What the client does when a service fails in passing, and what it never gives away.</summary>
public sealed class ClientRetryTests
{
    private const string Key = "s3cret-function-key";
    private static readonly WorkId Id = WorkId.ForDrop("uploads", "photo", "0x1");

    private readonly HastyTime _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, "too-many-jobs")]
    [InlineData(503, "storage-unavailable")]
    public async Task A_refusal_in_passing_is_tried_again_after_the_time_that_the_service_asks_for(int status, string code)
    {
        await using var service = await StandInService.StartAsync((context, number) => number == 1
            ? StandInService.RefuseAsync(context, status, code, retryable: true, "5")
            : StandInService.AnswerAsync(context, 202, Job("received")));

        var job = await Client(service).SubmitAsync(new byte[] { 1, 2, 3 }, cancel: Cancel);

        Assert.Equal(JobState.Received, job.State);
        Assert.InRange(Assert.Single(_time.Delays), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(6));
        Assert.Equal(service.Calls[0].Headers["Idempotency-Key"], service.Calls[1].Headers["Idempotency-Key"]);
        Assert.All(service.Calls, call => Assert.Equal(3, call.Bytes));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again_with_the_same_idempotency_key()
    {
        await using var service = await StandInService.StartAsync((context, number) =>
        {
            if (number > 1)
                return StandInService.AnswerAsync(context, 202, Job("received"));
            context.Abort();
            return Task.CompletedTask;
        });

        await Client(service).SubmitAsync(new byte[] { 1 }, cancel: Cancel);

        Assert.Equal(2, service.Calls.Count);
        Assert.Equal(service.Calls[0].Headers["Idempotency-Key"], service.Calls[1].Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_service_that_stays_away_is_given_up_after_the_attempts_allowed_with_delays_that_grow()
    {
        await using var service = await StandInService.StartAsync((context, _) => StandInService.RefuseAsync(context, 503, "storage-unavailable", retryable: true));

        var failure = await Assert.ThrowsAsync<RoadSegApiException>(() => Client(service).GetAsync(Id, Cancel));

        Assert.Equal(("storage-unavailable", true), (failure.Code, failure.Retryable));
        Assert.Equal(4, service.Calls.Count);
        Assert.Collection(
            _time.Delays,
            delay => Assert.InRange(delay, TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(0.5)),
            delay => Assert.InRange(delay, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(1)),
            delay => Assert.InRange(delay, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
    }

    [Theory]
    [InlineData(400, "request-invalid", false, null)]
    [InlineData(503, "model-invalid", false, "1")]
    [InlineData(429, "queue-full", true, "600")]
    public async Task What_would_fail_again_or_takes_too_long_is_not_tried_again(int status, string code, bool retryable, string? retryAfter)
    {
        await using var service = await StandInService.StartAsync((context, _) => StandInService.RefuseAsync(context, status, code, retryable, retryAfter));

        var failure = await Assert.ThrowsAsync<RoadSegApiException>(() => Client(service).GetAsync(Id, Cancel));

        Assert.Equal((code, retryable, retryAfter), (failure.Code, failure.Retryable, failure.RetryAfter?.TotalSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Single(service.Calls);
    }

    [Theory]
    [InlineData(409, "BlobAlreadyExists")]
    [InlineData(403, "UnauthorizedBlobOverwrite")]
    [InlineData(403, "AuthorizationPermissionMismatch")]
    public async Task A_photo_whose_first_upload_arrived_without_an_answer_counts_as_uploaded_and_storage_never_sees_the_key(int status, string code)
    {
        StandInService? service = null;
        var puts = 0;
        service = await StandInService.StartAsync((context, _) =>
        {
            if (context.Request.Method == "PUT" && ++puts == 1)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            if (context.Request.Method == "PUT")
            {
                context.Response.Headers["x-ms-error-code"] = code;
                return StandInService.AnswerAsync(context, status, "<Error/>", contentType: "application/xml");
            }

            return context.Request.Method == "POST"
                ? StandInService.AnswerAsync(context, 201, $$$"""{"id":"{{{Id}}}","method":"PUT","url":"{{{service!.Address}}}blob","headers":{"x-ms-blob-type":"BlockBlob","Content-Type":"image/jpeg"},"expiresAt":"2036-01-01T00:00:00Z","maxBytes":1000,"links":{}}""")
                : StandInService.AnswerAsync(context, 200, Job("received"));
        });
        await using var _ = service;
        using var photo = new MemoryStream(new byte[500]);

        var job = await Client(service).UploadAsync(photo, cancel: Cancel);

        Assert.Equal(JobState.Received, job.State);
        var sent = service.Calls.Where(call => call.Method == "PUT").ToList();
        Assert.Equal(2, sent.Count);
        Assert.All(sent, put => Assert.Equal(("BlockBlob", "image/jpeg", 500L, false), (put.Headers["x-ms-blob-type"], put.Headers["Content-Type"], put.Bytes, put.Headers.ContainsKey("x-functions-key"))));
        Assert.All(service.Calls.Where(call => call.Method != "PUT"), call => Assert.Equal(Key, call.Headers["x-functions-key"]));
    }

    [Fact]
    public async Task A_wait_that_something_in_between_cuts_short_keeps_to_the_pace_of_the_service()
    {
        await using var service = await StandInService.StartAsync((context, number) =>
        {
            context.Response.Headers.ETag = number < 3 ? "W/\"1\"" : "W/\"2\"";
            context.Response.Headers.RetryAfter = "3";
            if (number != 2)
                return StandInService.AnswerAsync(context, 200, Job(number == 1 ? "queued" : "succeeded"));
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        });
        var seen = new List<JobState>();

        var job = await Client(service).WaitAsync(Id, progress: new Told(seen), cancel: Cancel);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal([JobState.Queued, JobState.Succeeded], seen);
        Assert.InRange(Assert.Single(_time.Delays), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));
        Assert.Equal("W/\"1\"", service.Calls[1].Headers["If-None-Match"]);
    }

    [Fact]
    public async Task A_failure_tells_nothing_of_the_key()
    {
        await using var service = await StandInService.StartAsync((context, number) => number == 1
            ? StandInService.AnswerAsync(context, 401, "")
            : StandInService.AnswerAsync(context, 200, "<html>"));
        var client = Client(service);

        var refused = await Assert.ThrowsAsync<RoadSegApiException>(() => client.GetAsync(Id, Cancel));
        var foreign = await Assert.ThrowsAsync<RoadSegApiException>(() => client.GetAsync(Id, Cancel));

        Assert.Equal((HttpStatusCode.Unauthorized, null, false), (refused.Status, refused.Code, refused.Retryable));
        Assert.All([refused.ToString(), foreign.ToString(), Options().ToString()], text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
        Assert.DoesNotContain("bad", Assert.Throws<ArgumentException>(() => new RoadSegClientOptions { Key = "bad\nkey" }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_below_a_path_is_called_below_that_path()
    {
        await using var service = await StandInService.StartAsync((context, _) => StandInService.AnswerAsync(context, 200, Job("queued")));
        using var http = new HttpClient { BaseAddress = new Uri(service.Address, "roads") };

        await new RoadSegClient(http).GetAsync(Id, Cancel);

        Assert.Equal($"/roads/v1/jobs/{Id}", Assert.Single(service.Calls).Path);
    }

    private static RoadSegClientOptions Options() => new() { Key = Key };

    private static string Job(string state) => $$$"""{"id":"{{{Id}}}","state":"{{{state}}}","times":{"createdAt":"2026-01-01T00:00:00Z"},"stages":{},"links":{}}""";

    private RoadSegClient Client(StandInService service) => new(new HttpClient { BaseAddress = service.Address }, Options(), time: _time);

    private sealed class Told(List<JobState> seen) : IProgress<JobView>
    {
        public void Report(JobView value) => seen.Add(value.State);
    }
}
