using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Jobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Two callers on one deployment: neither sees, stops or starves the other.</summary>
public sealed class CallerTests : IAsyncLifetime
{
    private readonly StorageFixture _storage = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _storage.InitializeAsync();

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task A_caller_finds_none_of_anothers_jobs_by_any_route_and_its_full_line_is_its_own()
    {
        await using var service = await WholeService.StartAsync(_storage, settings: ("ROADSEG_MAX_LIVE_JOBS", "3"));
        using var one = service.As("one's-key");
        using var other = service.As("other's-key");

        using var body = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body, Headers = { { "Prefer", "wait=60" } } };
        using var done = await one.SendAsync(request, Cancel);
        var job = (await done.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;
        Assert.Equal(JobState.Succeeded, job.State);

        foreach (var path in job.Links.Values)
        {
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(one, HttpMethod.Get, path));
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, HttpMethod.Get, path));
        }

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(other, HttpMethod.Delete, job.Links["self"]));
        Assert.Equal(job.Id, Assert.Single((await ListAsync(one)).Items).Id);
        Assert.Empty((await ListAsync(other)).Items);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(one, HttpMethod.Get, "/v1/review/export?below=1"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(other, HttpMethod.Get, "/v1/review/export?below=1"));

        // A record and its blobs tell no key.
        var record = (await service.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(job.Id)).DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.DoesNotContain("one's-key", record, StringComparison.Ordinal);

        // One's fourth live job is refused at the latest, with a time to come again (what ended in the last seconds may still
        // count); the other's first is not.
        var taken = 0;
        while (taken < 4)
        {
            using var answer = await one.PostAsJsonAsync(new Uri("/v1/uploads", UriKind.Relative), new UploadRequest(), JobJson.Default.UploadRequest, Cancel);
            if (answer.StatusCode == HttpStatusCode.Created)
            {
                taken++;
                continue;
            }

            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.NotNull(answer.Headers.RetryAfter);
            Assert.Contains("too-many-jobs", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
            break;
        }

        Assert.InRange(taken, 1, 3);
        await UploadTickets.IssueAsync(other, new UploadRequest());

        // Two keys at once are nobody.
        using var both = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs?code=one's-key");
        using var confused = await other.SendAsync(both, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, confused.StatusCode);
    }

    [Fact]
    public async Task A_full_queue_refuses_with_a_time_to_come_again()
    {
        await using var service = await WholeService.StartAsync(_storage, ["SegmentImage", "SegmentBulk"], ("ROADSEG_MAX_QUEUED", "5"));
        var ids = new List<WorkId>();
        for (var i = 0; i < 5; i++)
            ids.Add(await SubmittedAsync(service.Api));
        await Eventually.GetAsync(LastAsync, "a queued job", job => job.State == JobState.Queued);
        await FullAsync(service, 5);

        // Where it stands is known without the queue being walked.
        Assert.InRange((await LastAsync())!.Queue!.Position, 2, 5);

        using var body = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        using var refused = await service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("queue-full", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);

        // What was queued can still be taken back, and never runs.
        using var canceled = await service.Api.DeleteAsync(new Uri($"/v1/jobs/{ids[0]}", UriKind.Relative), Cancel);
        Assert.Equal(JobState.Canceled, (await canceled.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.State);

        Task<JobView?> LastAsync() => service.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{ids[^1]}", UriKind.Relative), JobJson.Default.JobView, Cancel);
    }

    [Fact]
    public async Task What_waits_to_be_prepared_counts_too_and_a_request_that_was_taken_is_answered_again_by_a_full_queue()
    {
        await using var service = await WholeService.StartAsync(
            _storage, ["PreprocessUpload", "PreprocessBulk"], ("ROADSEG_MAX_QUEUED", "5"), ("ROADSEG_INTERACTIVE_JOBS", "2"));
        var first = await SubmittedAsync(service.Api, "first");
        var upload = await KeyAsync(service.Api, "upload");
        for (var i = 1; i < 5; i++)
            await SubmittedAsync(service.Api);
        await FullAsync(service, 5);

        // The first of them has even ended meanwhile.
        using var canceled = await service.Api.DeleteAsync(new Uri($"/v1/jobs/{first}", UriKind.Relative), Cancel);

        foreach (var key in new[] { null, "another" })
        {
            using var refused = await SendAsync(service.Api, key);
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Contains("queue-full", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        using var again = await SendAsync(service.Api, "first");
        Assert.Equal((HttpStatusCode.OK, first), (again.StatusCode, (await again.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id));
        Assert.Equal(upload, await KeyAsync(service.Api, "upload"));
    }

    // The lines are read once a second.
    private static Task FullAsync(WholeService service, int waiting) => Eventually.TrueAsync(
        async () => await service.Services.GetRequiredService<QueueGauge>().DepthAsync(Cancel) >= waiting, "the reading of what waits");

    private static async Task<WorkId> SubmittedAsync(HttpClient api, string? key = null)
    {
        using var answer = await SendAsync(api, key);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient api, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } } };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await api.SendAsync(request, Cancel);
    }

    private static async Task<WorkId> KeyAsync(HttpClient api, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/uploads") { Headers = { { "Idempotency-Key", key } } };
        using var answer = await api.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!.Id;
    }

    private static async Task<JobPage> ListAsync(HttpClient api) => (await api.GetFromJsonAsync(new Uri("/v1/jobs", UriKind.Relative), JobJson.Default.JobPage, Cancel))!;

    private static async Task<HttpStatusCode> StatusAsync(HttpClient api, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var answer = await api.SendAsync(request, Cancel);
        return answer.StatusCode;
    }
}
