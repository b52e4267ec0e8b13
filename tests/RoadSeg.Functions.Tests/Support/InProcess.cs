using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Privacy;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Submissions;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests;

/// <summary>The worker's parts as it puts them together, with a tiny model, queues of its own and a storage that can be made to fail: without a host, so
/// that a test delivers the messages itself.</summary>
internal sealed class InProcess : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ServiceProvider _services;
    private readonly StorageFixture _storage;

    private InProcess(StorageFixture storage, QueueServiceClient queues, TimeProvider time, Func<string, ModelPackage>? bundled, Dictionary<string, string?> settings)
    {
        _storage = storage;
        Time = time;
        Queues = queues;
        Bundled = bundled?.Invoke(_folder["bundled"]) ?? TinyPackages.Write(_folder["bundled"], "tiny-" + Guid.NewGuid().ToString("N")[..8], 0);
        (Blobs, Faults) = StorageFaults.BlobsOf(storage);
        settings[StorageAccount.Setting] = storage.ConnectionString;
        settings["ROADSEG_MODEL"] = Bundled.Folder;
        settings["ROADSEG_MODEL_CACHE"] = _folder["cache"];
        settings.TryAdd("ROADSEG_THREADS", "1");

        // A test delivers the messages: no step is done before.
        settings.TryAdd("AzureWebJobs_PreprocessUpload_Disabled", "1");
        settings.TryAdd("AzureWebJobs_SegmentImage_Disabled", "1");

        // Bare drops are one caller's, also those of other tests.
        settings.TryAdd("ROADSEG_INTERACTIVE_JOBS", "1000000");
        IConfiguration read = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection().AddLogging().AddSingleton(read).AddSingleton(time);
        services.AddStorage(read);
        services.AddUploads(read);
        services.AddPrivacy(read);
        services.AddJobs(read);
        services.AddSubmissions();
        services.AddModels(read);
        services.AddSegmentation();
        services.AddDatasets(read);
        services.AddTrainings();
        services.AddWebhooks(read);
        services.AddSingleton(Blobs);
        services.AddSingleton(queues);
        _services = services.BuildServiceProvider();
    }

    public TimeProvider Time { get; }

    public BlobServiceClient Blobs { get; }

    public StorageFaults Faults { get; }

    public QueueServiceClient Queues { get; }

    /// <summary>What serves.</summary>
    public ModelPackage Bundled { get; }

    /// <summary>Records, read and written by another process than the one under test.</summary>
    public JobStore Others => new(_storage.Blobs, Queues, Time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="storage">Where everything but the queues lies.</param>
    /// <param name="time">Clock; null: the machine's.</param>
    /// <param name="bundled">Writes the model to a folder; null: one that answers the brightest channel.</param>
    /// <param name="settings">App settings by name.</param>
    public static async Task<InProcess> StartAsync(
        StorageFixture storage, TimeProvider? time = null, Func<string, ModelPackage>? bundled = null, params (string Name, string Value)[] settings)
    {
        var worker = new InProcess(
            storage, await OwnQueues.CreateAsync(storage.Queues, Cancel), time ?? TimeProvider.System, bundled, settings.ToDictionary(entry => entry.Name, entry => (string?)entry.Value));
        await worker.Get<LiveModel>().StartAsync(Cancel);
        await ((Task)worker.Get<LiveModel>().Ready).WaitAsync(TimeSpan.FromMinutes(1), Cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Fails = static (_, _) => false;
        await Get<LiveModel>().StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _folder.Dispose();
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A function's class, made as the worker makes it for each message.</summary>
    public T Function<T>()
        where T : notnull => ActivatorUtilities.CreateInstance<T>(_services);

    public async Task<JobRecord> JobAsync(WorkId id) => (await Others.FindAsync(id, Cancel))!.Value;

    /// <summary>Stores a photo.</summary>
    /// <returns>The event that tells of it.</returns>
    public async Task<BlobCreatedEvent> PutAsync(string path, byte[] photo, string container = Containers.Uploads)
    {
        var etag = (await Blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromBytes(photo), overwrite: true, Cancel)).Value.ETag;
        return BlobCreatedEvent.For(container, path, etag.ToString(), photo.Length);
    }

    public static QueueMessage Message(BlobCreatedEvent created, string id = "m1") => Messages.Of(JsonSerializer.SerializeToUtf8Bytes(created, JobJson.Default.BlobCreatedEvent), id);

    public static QueueMessage Message(SegmentationMessage segmentation, string id = "s1") => Messages.Of(JsonSerializer.SerializeToUtf8Bytes(segmentation, JobJson.Default.SegmentationMessage), id);

    /// <summary>Messages of a queue, which stay there.</summary>
    public async Task<byte[][]> InQueueAsync(string queue) => [.. (await Queues.GetQueueClient(queue).PeekMessagesAsync(32, Cancel)).Value.Select(message => message.Body.ToArray())];

    /// <summary>The only message of a lane's segmentation queue.</summary>
    public async Task<SegmentationMessage> SegmentationAsync(WorkLane lane = WorkLane.Interactive) =>
        JsonSerializer.Deserialize(Assert.Single(await InQueueAsync(RoadSeg.Storage.Queues.Segmentation(lane))), JobJson.Default.SegmentationMessage)!;

    /// <summary>A new job that awaits its upload.</summary>
    public async Task<JobRecord> IssuedAsync(WorkLane lane = WorkLane.Interactive, string? model = null, bool resumable = false)
    {
        var id = WorkId.New(Time);
        var now = Time.GetUtcNow();
        return (await Others.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = JobState.AwaitingUpload,
                Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, "mine.png"),
                Upload = new JobUpload(now.AddMinutes(5), resumable),
                Times = new JobTimes { CreatedAt = now },
                Lane = lane,
                Model = model,
            },
            Cancel)).Document!.Value;
    }
}
