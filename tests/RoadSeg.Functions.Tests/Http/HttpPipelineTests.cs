using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Tests.Trainings;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Http;

/// <summary>What the pipeline behind the two HTTP functions must do as an application of its own did it.</summary>
public sealed class HttpPipelineTests(StorageFixture storage) : IAsyncLifetime
{
    private static readonly TrainingPlan Plan = new("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "model", "live", true);

    private static readonly byte[] Photo = File.ReadAllBytes(Checkout.File("tests/fixtures/grey.jpg"));

    private readonly TempFolder _page = new();
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_page.Path, "index.html"), "<!doctype html><title>RoadSeg</title>", Cancel);
        _api = await ApiService.StartAsync(storage, _page.Path);
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _page.Dispose();
    }

    [Fact]
    public async Task The_description_is_of_the_inner_endpoints_and_of_no_function()
    {
        var served = JsonNode.Parse(await _api.Http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), Cancel))!;

        var pinned = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.File("tests/contracts/openapi.json"), Cancel));
        Assert.True(JsonNode.DeepEquals(pinned, served), "tests/contracts/openapi.json is no longer what /openapi/v1.json answers.");
    }

    [Theory]
    [InlineData("GET", "/v1/nothing")]
    [InlineData("GET", "/nothing")]
    [InlineData("PUT", "/v1/jobs")]
    [InlineData("HEAD", "/v1/nothing")]
    public async Task What_no_endpoint_answers_is_answered_with_a_problem(string method, string path)
    {
        using var answer = await SendAsync(method, path);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        if (method != "HEAD")
            Assert.Equal("route-not-found", await CodeAsync(answer));
    }

    [Fact]
    public async Task A_failure_inside_is_a_problem_and_not_a_broken_connection()
    {
        await using var broken = await ApiService.StartAsync(storage, null, static services => services.AddSingleton<JobWatch>(static _ => throw new InvalidOperationException("broken")));

        using var answer = await broken.Http.GetAsync(new Uri("/v1/jobs/0000000000000000000000000a", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.InternalServerError, "internal"), (answer.StatusCode, await CodeAsync(answer)));
    }

    [Fact]
    public async Task The_server_does_not_say_what_it_is()
    {
        using var answer = await SendAsync("GET", "/health/live");

        Assert.Empty(answer.Headers.Server);
        Assert.Equal("live", await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task What_the_caller_has_already_is_not_sent_again()
    {
        using var first = await SendAsync("GET", "/", accept: "text/html");
        using var again = await SendAsync("GET", "/", accept: "text/html", known: first.Headers.ETag);

        Assert.Equal((HttpStatusCode.OK, "text/html"), (first.StatusCode, first.Content.Headers.ContentType?.MediaType));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task A_part_of_a_file_is_sent_alone_and_a_part_that_is_not_there_is_refused()
    {
        var id = await RunAsync("0123456789");

        using var part = await RangeAsync(id, 2, 4);
        using var none = await RangeAsync(id, 10, 20);

        Assert.Equal((HttpStatusCode.PartialContent, "234"), (part.StatusCode, await part.Content.ReadAsStringAsync(Cancel)));
        Assert.Equal("bytes 2-4/10", part.Content.Headers.ContentRange?.ToString());
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_beyond_the_limit_is_refused_with_a_problem_however_it_was_sent(bool chunked)
    {
        using var body = chunked ? (HttpContent)new StreamContent(new MemoryStream(new byte[17 << 20])) : new ByteArrayContent(new byte[17 << 20]);
        body.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal("image-too-many-bytes", await CodeAsync(answer));
    }

    [Fact]
    public async Task A_chunked_body_below_the_limit_is_read_whole()
    {
        using var body = new StreamContent(new MemoryStream([.. Photo[..200], .. new byte[100_000]]));
        body.Headers.ContentType = new MediaTypeHeaderValue("image/jpeg");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal("image-corrupt", await CodeAsync(answer));
    }

    [Fact]
    public async Task A_caller_who_leaves_ends_the_work_on_the_answer()
    {
        var jobs = new JobStore(storage.Blobs, storage.Queues, TimeProvider.System);
        var id = WorkId.New(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        await jobs.CreateAsync(new JobRecord
        {
            Id = id, State = JobState.AwaitingUpload, Source = new JobSource(Containers.Uploads, $"{id}/a.jpg", null, "a.jpg"), Times = new JobTimes { CreatedAt = now },
        }, Cancel);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var waiting = _api.Http.GetAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), leaving.Token);
        await Eventually.TrueAsync(() => _api.Running == 1, "the request");

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Eventually.TrueAsync(() => _api.Running == 0, "its end");
    }

    [Fact]
    public async Task An_answer_that_is_streamed_comes_whole_and_one_that_breaks_off_is_not_taken_for_whole()
    {
        var set = "set-" + Guid.NewGuid().ToString("N");
        var content = new byte[3 << 20];
        new Random(1).NextBytes(content);
        await TrainingService.DatasetAsync(storage.Blobs, set, "0011223344556677");
        await storage.Blobs.GetBlobContainerClient(Containers.Curated).GetBlobClient(BlobPaths.Curated(set, "0011223344556677", "faults.jsonl")).UploadAsync(BinaryData.FromBytes(content), Cancel);
        var address = new Uri($"/v1/datasets/{set}/faults", UriKind.Relative);

        Assert.Equal(content, await _api.Http.GetByteArrayAsync(address, Cancel));

        await using var broken = await ApiService.StartAsync(storage, null, services => services.AddSingleton(CutShort()));
        await Assert.ThrowsAsync<HttpRequestException>(() => broken.Http.GetByteArrayAsync(address, Cancel));
    }

    // Storage whose downloads break off after a while.
    private BlobServiceClient CutShort()
    {
        var options = new BlobClientOptions();
        options.AddPolicy(new Scissors(), HttpPipelinePosition.PerCall);
        return new BlobServiceClient(storage.ConnectionString, options);
    }

    private async Task<WorkId> RunAsync(string metrics)
    {
        var id = WorkId.New(TimeProvider.System);
        await new TrainingStore(storage.Blobs, storage.Queues, TimeProvider.System).CreateAsync(id, Plan, Callers.Local, Cancel);
        await storage.Blobs.GetBlobContainerClient(Containers.Trainings).GetBlobClient(BlobPaths.TrainingFile(id, TrainingFiles.Metrics)).UploadAsync(BinaryData.FromString(metrics), Cancel);
        return id;
    }

    private async Task<HttpResponseMessage> RangeAsync(WorkId id, int from, int to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/trainings/{id}/metrics") { Headers = { Range = new RangeHeaderValue(from, to) } };
        return await _api.Http.SendAsync(request, Cancel);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? accept = null, EntityTagHeaderValue? known = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (accept is not null)
            request.Headers.Accept.ParseAdd(accept);
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        return await _api.Http.SendAsync(request, Cancel);
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"];

    private sealed class Scissors : HttpPipelineSynchronousPolicy
    {
        public override void OnReceivedResponse(HttpMessage message)
        {
            if (message is { Request: { } request, Response.ContentStream: { } whole } && request.Method == RequestMethod.Get && request.Uri.Path.EndsWith("/faults.jsonl", StringComparison.Ordinal))
                message.Response.ContentStream = new CutStream(whole, 1 << 20, static () => new InvalidOperationException("cut"));
        }
    }
}
