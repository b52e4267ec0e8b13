using System.Net;
using System.Net.Http.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Client;
using RoadSeg.Functions.Models;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;
using Microsoft.Extensions.DependencyInjection;

namespace RoadSeg.Functions.Tests;

/// <summary>The service in this process: its HTTP API, and its functions behind real queues, with the model that ships. No host and no worker process: what those
/// do is for the end-to-end tests.</summary>
internal sealed class WholeService : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StorageFixture _storage;
    private ApiService _api = null!;
    private MessageDelivery _delivery = null!;

    private WholeService(StorageFixture storage) => _storage = storage;

    public HttpClient Api => _api.Http;

    public IServiceProvider Services => _api.Services;

    public RoadSegClient Client { get; private set; } = null!;

    public BlobServiceClient Blobs => _storage.Blobs;

    public QueueServiceClient Queues => _storage.Queues;

    /// <summary>Records, read and written by another process than the service.</summary>
    public JobStore Jobs => new(Blobs, Queues, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="storage">An account that nobody else's service listens to.</param>
    /// <param name="disabled">Functions that get no messages.</param>
    /// <param name="settings">App settings.</param>
    public static async Task<WholeService> StartAsync(StorageFixture storage, string[]? disabled = null, params (string Name, string Value)[] settings)
    {
        var service = new WholeService(storage);
        disabled ??= [];
        (string, string)[] switches = [.. ((string[])["PreprocessUpload", "SegmentImage"]).Select(step => ($"AzureWebJobs_{step}_Disabled", disabled.Contains(step) ? "1" : "0"))];
        service._api = await ApiService.StartAsync(storage, serves: true, more: [("ROADSEG_MODEL_CACHE", service._folder.Path), .. switches, .. settings]);
        service._delivery = new MessageDelivery(storage, service._api.Services, disabled);
        service.Client = new RoadSegClient(service.Api);
        await service._api.Services.GetRequiredService<LiveModel>().Ready.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        await _delivery.DisposeAsync();
        await _api.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The API for a caller of this key: keys tell callers apart, and nobody checks them here.</summary>
    public HttpClient As(string key) => new() { BaseAddress = Api.BaseAddress, DefaultRequestHeaders = { { "x-functions-key", key } } };

    /// <summary>Puts a blob into the uploads container, as any storage tool would, and returns its job's id.</summary>
    public async Task<WorkId> DropAsync(string path, byte[] content)
    {
        var blob = Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path);
        var stored = await blob.UploadAsync(BinaryData.FromBytes(content), overwrite: true, Cancel);
        return WorkId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString());
    }

    public async Task<JobView> DroppedAsync(byte[] content, string? path = null) => await EndedAsync(await DropAsync(path ?? $"tests/{Guid.NewGuid()}/photo", content));

    /// <summary>Submits a photo by body.</summary>
    public async Task<JobView> SubmittedAsync(byte[] content, string contentType = "image/jpeg")
    {
        using var body = new ByteArrayContent(content) { Headers = { ContentType = new(contentType) } };
        using var answer = await Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        return await EndedAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id);
    }

    /// <summary>Waits until a job has ended; a drop has none yet when it is asked for first.</summary>
    public Task<JobView> EndedAsync(WorkId id) => Eventually.GetAsync(
        async () =>
        {
            using var answer = await Api.GetAsync(new Uri($"/v1/jobs/{id}?wait=10", UriKind.Relative), Cancel);
            var job = answer.IsSuccessStatusCode ? await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel) : null;
            return job?.State.IsTerminal() == true ? job : null;
        },
        $"the end of job {id}");

    public Task<byte[]> GetAsync(string path) => Api.GetByteArrayAsync(new Uri(path, UriKind.Relative), Cancel);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path) => Api.SendAsync(new HttpRequestMessage(method, path), Cancel);
}
