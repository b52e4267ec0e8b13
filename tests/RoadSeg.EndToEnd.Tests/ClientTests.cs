using System.Net;
using System.Text;
using RoadSeg.Client;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The typed client against the running service.</summary>
public sealed class ClientTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_photo_uploaded_by_key_becomes_typed_results_and_its_bytes_and_states_are_told_on_the_way()
    {
        var client = Client();
        var (bytes, states) = (new Told<long>(), new Told<JobView>());
        using var photo = new MemoryStream(Photos.Street);

        var sent = await client.UploadAsync(photo, new UploadRequest { FileName = "straße.jpg", ContentType = "image/jpeg", Tags = new Dictionary<string, string> { ["camera"] = "front: left" } }, progress: bytes, cancel: Cancel);
        var job = await client.WaitAsync(sent.Id, TimeSpan.FromMinutes(1), states, Cancel);
        var summary = await client.GetSummaryAsync(job.Id, cancel: Cancel);

        Assert.Equal((JobState.Succeeded, "straße.jpg", "front: left"), (job.State, job.FileName, job.Tags!["camera"]));
        Assert.Equal(Photos.Street.Length, bytes.All[^1]);
        Assert.Equal(bytes.All.Order(), bytes.All);
        Assert.True(bytes.All.Count > 3, "Progress came in one piece.");
        Assert.Equal(JobState.Succeeded, states.All[^1].State);
        Assert.Equal(751L * 563, summary.Classes.Sum(c => c.Pixels));
        var mask = MaskPng.Decode(await ReadAsync(client.OpenMaskAsync(job.Id, cancel: Cancel)), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
        foreach (var open in new[] { client.OpenColorAsync(job.Id, cancel: Cancel), client.OpenOverlayAsync(job.Id, cancel: Cancel), client.OpenOverlayAsync(job.Id, 0.25, OverlayFormat.WebP, cancel: Cancel) })
        {
            var picture = Photos.Decode(await ReadAsync(open));
            Assert.Equal((751, 563), (picture.Width, picture.Height));
        }
    }

    [Fact]
    public async Task A_photo_submitted_in_one_call_can_be_waited_for_in_the_same_call()
    {
        var about = new UploadRequest { FileName = "a&b.jpg", ContentType = "image/jpeg", Tags = new Dictionary<string, string> { ["x"] = "1" } };
        var job = await Client().SubmitAsync(Photos.Fixture("grey.jpg"), about, TimeSpan.FromSeconds(60), cancel: Cancel);

        Assert.Equal((JobState.Succeeded, "a&b.jpg", "1"), (job.State, job.FileName, job.Tags!["x"]));
    }

    [Fact]
    public async Task The_same_idempotency_key_gets_the_same_job_and_another_photo_under_it_is_a_conflict()
    {
        var (client, key) = (Client(), Guid.NewGuid().ToString());
        var first = await client.SubmitAsync(Photos.Fixture("grey.jpg"), wait: TimeSpan.FromSeconds(60), idempotencyKey: key, cancel: Cancel);

        var again = await client.SubmitAsync(Photos.Fixture("grey.jpg"), idempotencyKey: key, cancel: Cancel);
        var other = await RefusedAsync(() => client.SubmitAsync(Photos.Street, idempotencyKey: key, cancel: Cancel));

        Assert.Equal((first.Id, JobState.Succeeded), (again.Id, again.State));
        Assert.Equal((HttpStatusCode.Conflict, "idempotency-conflict", false), (other.Status, other.Code, other.Retryable));
    }

    [Fact]
    public async Task An_upload_repeated_under_its_idempotency_key_gets_the_same_job_and_sends_nothing()
    {
        var (client, key) = (Client(), Guid.NewGuid().ToString());
        using var photo = new MemoryStream(Photos.Fixture("grey.jpg"));
        var first = await client.UploadAsync(photo, idempotencyKey: key, cancel: Cancel);
        await client.WaitAsync(first.Id, cancel: Cancel);
        var bytes = new Told<long>();

        var again = await client.UploadAsync(photo, idempotencyKey: key, progress: bytes, cancel: Cancel);

        Assert.Equal((first.Id, JobState.Succeeded), (again.Id, again.State));
        Assert.Empty(bytes.All);
    }

    [Fact]
    public async Task An_upload_key_creates_one_photo_once()
    {
        var client = Client();
        var ticket = await client.IssueUploadKeyAsync(cancel: Cancel);
        using var photo = new MemoryStream(Photos.Fixture("grey.jpg"));
        await client.PutAsync(ticket, photo, cancel: Cancel);
        photo.Position = 0;

        var again = await RefusedAsync(() => client.PutAsync(ticket, photo, cancel: Cancel));

        // One of the words that the client knows for it: see A_photo_whose_first_upload_arrived_without_an_answer_counts_as_uploaded.
        Assert.True(again.Code is "BlobAlreadyExists" or "UnauthorizedBlobOverwrite" or "AuthorizationPermissionMismatch", again.Code);
        Assert.DoesNotContain("sig=", again.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_are_listed_newest_first_across_pages_without_gaps_or_doubles()
    {
        var client = Client();
        var made = new List<WorkId>();
        for (var i = 0; i < 7; i++)
            made.Add((await client.IssueUploadKeyAsync(cancel: Cancel)).Id);
        await client.CancelAsync(made[3], Cancel);

        var listed = await client.ListAsync(pageSize: 3, cancel: Cancel).ToListAsync(Cancel);
        var canceled = await client.ListAsync(new JobFilter { State = JobState.Canceled }, cancel: Cancel).ToListAsync(Cancel);
        var awaiting = await client.ListAsync(new JobFilter { State = JobState.AwaitingUpload }, pageSize: 2, cancel: Cancel).ToListAsync(Cancel);

        Assert.Equal(made.AsEnumerable().Reverse(), listed.Select(job => job.Id));
        Assert.Equal(made[3], Assert.Single(canceled).Id);
        Assert.Equal(6, awaiting.Count);
        Assert.Empty(await Client().ListAsync(cancel: Cancel).ToListAsync(Cancel));
    }

    [Fact]
    public async Task A_job_can_be_canceled_twice_and_stays_canceled()
    {
        var client = Client();
        var id = (await client.IssueUploadKeyAsync(cancel: Cancel)).Id;

        var first = await client.CancelAsync(id, Cancel);
        var second = await client.CancelAsync(id, Cancel);

        Assert.Equal((JobState.Canceled, JobState.Canceled), (first.State, second.State));
        Assert.Equal(JobState.Canceled, (await client.WaitAsync(id, cancel: Cancel)).State);
    }

    [Fact]
    public async Task A_wait_that_takes_too_long_says_so_and_the_job_goes_on()
    {
        var client = Client();
        var id = (await client.IssueUploadKeyAsync(cancel: Cancel)).Id;

        await Assert.ThrowsAsync<TimeoutException>(() => client.WaitAsync(id, TimeSpan.FromSeconds(1), cancel: Cancel));

        Assert.Equal(JobState.AwaitingUpload, (await client.GetAsync(id, Cancel)).State);
    }

    [Theory]
    [InlineData("unknown job", HttpStatusCode.NotFound, "job-not-found")]
    [InlineData("another caller's job", HttpStatusCode.NotFound, "job-not-found")]
    [InlineData("unknown model", HttpStatusCode.NotFound, "model-not-found")]
    [InlineData("no result yet", HttpStatusCode.Conflict, "result-not-ready")]
    [InlineData("body too large", HttpStatusCode.RequestEntityTooLarge, "image-too-many-bytes")]
    [InlineData("upload too large", HttpStatusCode.RequestEntityTooLarge, "image-too-many-bytes")]
    [InlineData("no image type", HttpStatusCode.UnsupportedMediaType, "content-type-unsupported")]
    [InlineData("no image", HttpStatusCode.UnsupportedMediaType, "image-format-unsupported")]
    [InlineData("animated image", HttpStatusCode.UnprocessableEntity, "image-animated")]
    [InlineData("bad tag", HttpStatusCode.BadRequest, "request-invalid")]
    public async Task A_refusal_carries_its_status_its_code_and_what_to_do(string kind, HttpStatusCode status, string code)
    {
        var client = Client();
        var ticket = await client.IssueUploadKeyAsync(cancel: Cancel);
        using var photo = new MemoryStream(new byte[100]);

        var refused = await RefusedAsync(() => kind switch
        {
            "unknown job" => client.GetAsync(WorkId.New(TimeProvider.System), Cancel),
            "another caller's job" => Client().GetAsync(ticket.Id, Cancel),
            "unknown model" => client.SubmitAsync(Photos.Street, new UploadRequest { Model = "nonesuch" }, cancel: Cancel),
            "no result yet" => client.OpenMaskAsync(ticket.Id, cancel: Cancel),
            "body too large" => client.SubmitAsync(new byte[(16 * 1024 * 1024) + 1], cancel: Cancel),
            "upload too large" => client.PutAsync(ticket with { MaxBytes = 99 }, photo, cancel: Cancel),
            "no image type" => client.SubmitAsync(Photos.Street, new UploadRequest { ContentType = "text/plain" }, cancel: Cancel),
            "no image" => client.SubmitAsync(Encoding.UTF8.GetBytes("no photo"), cancel: Cancel),
            "animated image" => client.SubmitAsync(Photos.Fixture("animated.webp"), cancel: Cancel),
            _ => client.SubmitAsync(Photos.Street, new UploadRequest { Tags = new Dictionary<string, string> { ["no space"] = "" } }, cancel: Cancel),
        });

        Assert.Equal((status, code, false), (refused.Status, refused.Code, refused.Retryable));
        Assert.EndsWith(".", refused.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Models_their_manifests_and_their_labels_are_typed()
    {
        var client = Client();

        var model = Assert.Single(await client.ListModelsAsync(Cancel));
        var manifest = await client.GetManifestAsync(model.Name, model.Version, Cancel);
        var labels = Assert.Single(await client.ListLabelsAsync(Cancel));

        Assert.Equal((model.Name, model.Version), (manifest.Name, manifest.Version));
        Assert.Equal(model.Name, labels.Model);
        Assert.Equal(manifest.Labels.Classes, labels.Classes);
        Assert.Equal("model-not-found", (await RefusedAsync(() => client.GetManifestAsync("no model", "1", Cancel))).Code);
    }

    // Each client is a caller of its own: the key is what tells callers apart, and this stack checks none.
    private RoadSegClient Client() => new(stack.Api, new RoadSegClientOptions { Key = Guid.NewGuid().ToString("N") });

    private static Task<RoadSegApiException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<RoadSegApiException>(call);

    private static async Task<byte[]> ReadAsync(Task<Stream> open)
    {
        await using var stream = await open;
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, Cancel);
        return content.ToArray();
    }

    private sealed class Told<T> : IProgress<T>
    {
        public List<T> All { get; } = [];

        public void Report(T value) => All.Add(value);
    }
}
