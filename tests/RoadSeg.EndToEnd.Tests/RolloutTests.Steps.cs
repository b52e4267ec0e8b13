using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

// What the tests do with the handler, each step once.
public sealed partial class RolloutTests
{
    private string Folder(string name) => Path.Combine(_folder.Path, name);

    private string Version(int turn) => _packages[turn].Manifest.Version;

    private Task<DirectWorker> StartAsync(IReadOnlyDictionary<string, string>? settings = null) => DirectWorker.StartAsync(_azurite.ConnectionString, Cancel, new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
    {
        ["ROADSEG_MODEL"] = _packages[0].Folder,
        ["ROADSEG_MODEL_POLL"] = settings?.GetValueOrDefault("ROADSEG_MODEL_POLL") ?? "00:00:01",
        ["ROADSEG_MODEL_CACHE"] = Folder("cache"),

        // One line for all: a job of the other would come back as another message.
        ["ROADSEG_INTERACTIVE_JOBS"] = "1000",
    });

    private static async Task<string> CommandAsync(int exit, params string[] arguments)
    {
        var result = await CliTests.RunAsync(arguments);
        Assert.True(result.Exit == exit, result.ToString());
        return result.Output + result.Error;
    }

    /// <summary>Waits until a version serves, and nothing is amiss.</summary>
    private static Task<string> ServesAsync(DirectWorker handler, string version) => UntilReadyAsync(handler, text => text == $"{Name} {version} on cpu");

    private static async Task<string> UntilReadyAsync(DirectWorker handler, Func<string, bool> reached)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        patience.CancelAfter(Patience);
        for (var text = ""; ; await Task.Delay(50, Cancel))
        {
            Assert.False(patience.IsCancellationRequested, $"The last was: {text}");
            using var answer = await handler.Http.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
            text = (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["model"]!;
            if (answer.StatusCode == HttpStatusCode.OK && reached(text))
                return text;
        }
    }

    private Task<ModelVersionList> PromoteAsync(DirectWorker handler, int turn) => PostAsync(handler, $"/v1/models/{Name}/versions/{Version(turn)}/promote");

    private static Task<ModelVersionList> RollBackAsync(DirectWorker handler) => PostAsync(handler, $"/v1/models/{Name}/rollback");

    private static async Task<ModelVersionList> PostAsync(DirectWorker handler, string path, string? key = null, string? body = null)
    {
        using var answer = await SendAsync(handler, path, key, body);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize(text, RegistryJson.Default.ModelVersionList)!;
    }

    private static async Task<(int Status, string Code)> RefusedAsync(DirectWorker handler, string path, string? key = null, string? body = null)
    {
        using var answer = await SendAsync(handler, path, key, body);
        return ((int)answer.StatusCode, (string)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]!);
    }

    private static async Task<HttpResponseMessage> SendAsync(DirectWorker handler, string path, string? key, string? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (key is not null)
            request.Headers.Add("x-functions-key", key);
        if (body is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        return await handler.Http.SendAsync(request, Cancel);
    }

    private static async Task<(int Status, string? Code)> SubmittedAsync(DirectWorker handler, string model)
    {
        using var content = new ByteArrayContent(TinyPackages.RedPhoto()) { Headers = { ContentType = new("image/png") } };
        using var answer = await handler.Http.PostAsync(new Uri($"/v1/jobs?model={Uri.EscapeDataString(model)}", UriKind.Relative), content, Cancel);
        return ((int)answer.StatusCode, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>(Cancel))!["code"]);
    }

    private async Task<JobRecord> RunAsync(DirectWorker handler, string? model = null)
    {
        var (id, message) = await PreprocessedAsync(handler, model);
        await SegmentAsync(handler, message);
        var job = (await _jobs.FindAsync(id, Cancel))!.Value;
        Assert.True(job.State == JobState.Succeeded, job.Failure?.Message);
        return job;
    }

    private async Task<(JobState State, string? Code)> FailsAsync(DirectWorker handler)
    {
        var (id, message) = await PreprocessedAsync(handler);
        await SegmentAsync(handler, message);
        var job = (await _jobs.FindAsync(id, Cancel))!.Value;
        return (job.State, job.Failure?.Code);
    }

    // As the host does it: the photo's event, then the message that the first function sends.
    private async Task<(WorkId Id, byte[] Message)> PreprocessedAsync(DirectWorker handler, string? model = null)
    {
        var (id, path) = (default(WorkId), $"{Guid.NewGuid()}/red.png");
        if (model is not null)
        {
            using var answer = await SendAsync(handler, "/v1/uploads", null, JsonSerializer.Serialize(new { fileName = "red.png", model }));
            id = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!.Id;
            path = BlobPaths.Upload(id);
        }

        var stored = await _blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        var etag = stored.Value.ETag.ToString();
        var created = JsonSerializer.SerializeToUtf8Bytes(BlobCreatedEvent.For(Containers.Uploads, path, etag, 1), JobJson.Default.BlobCreatedEvent);
        await handler.InvokeAsync("PreprocessUpload", created, Guid.NewGuid().ToString(), 1, Cancel);
        if (model is null)
            id = WorkId.ForDrop(Containers.Uploads, path, etag);
        var line = new QueueServiceClient(_azurite.ConnectionString).GetQueueClient(Queues.SegmentationJobs);
        var sent = (await line.ReceiveMessageAsync(cancellationToken: Cancel)).Value;
        Assert.True(sent is not null, $"{(await _jobs.FindAsync(id, Cancel))?.Value}");
        await line.DeleteMessageAsync(sent.MessageId, sent.PopReceipt, Cancel);
        return (id, sent.Body.ToArray());
    }

    private static Task SegmentAsync(DirectWorker handler, byte[] message) => handler.InvokeAsync("SegmentImage", message, Guid.NewGuid().ToString(), 1, Cancel);

    private async Task<byte[]> ResultAsync(WorkId id, string file) =>
        (await _blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, file)).DownloadContentAsync(Cancel)).Value.Content.ToArray();
}
