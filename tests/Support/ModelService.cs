using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Tests;

/// <summary>A service while versions of its model 'tiny' come and go, in a process of its own or in this one: the test delivers the messages.</summary>
/// <param name="service">Ends with this.</param>
/// <param name="http">Its API.</param>
/// <param name="invoke">Delivers a message to one of its functions, and waits until that has ended.</param>
/// <param name="blobs">Its storage.</param>
/// <param name="queues">And its queues.</param>
public sealed class ModelService(
    IAsyncDisposable service, HttpClient http, Func<string, byte[], Task> invoke, BlobServiceClient blobs, QueueServiceClient queues) : IAsyncDisposable
{
    /// <summary>The model.</summary>
    public const string Name = "tiny";

    private readonly JobStore _jobs = new(blobs, queues, TimeProvider.System);

    public HttpClient Http => http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => service.DisposeAsync();

    /// <summary>Waits until a version serves, and nothing is amiss.</summary>
    public Task<string> ServesAsync(string version) => UntilReadyAsync(text => text == $"{Name} {version} on cpu");

    /// <summary>Waits until it is ready and says of its model what is waited for.</summary>
    public async Task<string> UntilReadyAsync(Func<string, bool> reached)
    {
        var ready = false;
        return await Eventually.GetAsync(
            async () =>
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
                ready = answer.StatusCode == HttpStatusCode.OK;
                return (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["model"];
            },
            "a ready service", text => ready && reached(text));
    }

    public Task<ModelVersionList> PromoteAsync(string version) => PostAsync($"/v1/models/{Name}/versions/{version}/promote");

    public Task<ModelVersionList> RollBackAsync() => PostAsync($"/v1/models/{Name}/rollback");

    public async Task<ModelVersionList> PostAsync(string path, string? key = null, string? body = null)
    {
        using var answer = await SendAsync(path, key, body);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, RegistryJson.Default.ModelVersionList)!;
    }

    public async Task<(int Status, string Code)> RefusedAsync(string path, string? key = null, string? body = null)
    {
        using var answer = await SendAsync(path, key, body);
        return ((int)answer.StatusCode, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]!);
    }

    /// <summary>Segments a red photo, by a version that is asked for or by what serves.</summary>
    public async Task<JobRecord> RunAsync(string? model = null)
    {
        var job = await EndedAsync(model);
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        return job;
    }

    public async Task<(JobState State, string? Code)> FailsAsync()
    {
        var job = await EndedAsync();
        return (job.State, job.Failure?.Code);
    }

    /// <summary>As the host does it: the photo's event, then the message that the first function sends.</summary>
    public async Task<(WorkId Id, byte[] Message)> PreprocessedAsync(string? model = null)
    {
        var (id, path) = (default(WorkId), $"{Guid.NewGuid()}/red.png");
        if (model is not null)
        {
            using var answer = await SendAsync("/v1/uploads", null, JsonSerializer.Serialize(new { fileName = "red.png", model }));
            id = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!.Id;
            path = BlobPaths.Upload(id);
        }

        var stored = await blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        var etag = stored.Value.ETag.ToString();
        if (model is null)
            id = WorkId.ForDrop(Containers.Uploads, path, etag);
        await invoke("PreprocessUpload", JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, path, etag, 1), JobJson.Default.BlobCreatedEvent));
        var queue = queues.GetQueueClient(Queues.SegmentationJobs);
        var sent = (await queue.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        Assert.True(sent is not null, $"{(await _jobs.FindAsync(id, Cancel))?.Value}");
        await queue.DeleteMessageAsync(sent.MessageId, sent.PopReceipt, Cancel);
        return (id, sent.Body.ToArray());
    }

    public Task SegmentAsync(byte[] message) => invoke("SegmentImage", message);

    private async Task<JobRecord> EndedAsync(string? model = null)
    {
        var (id, message) = await PreprocessedAsync(model);
        await SegmentAsync(message);
        return (await _jobs.FindAsync(id, Cancel))!.Value;
    }

    private async Task<HttpResponseMessage> SendAsync(string path, string? key, string? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await http.SendAsync(request, Cancel);
    }
}
