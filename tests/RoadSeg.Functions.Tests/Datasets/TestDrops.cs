using System.IO.Compression;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging.Abstractions;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>A data team with one small set of a name of its own, and the functions that take it, on a real emulator.</summary>
internal sealed class TestDrops : IDisposable
{
    private readonly StorageFixture _storage;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("roadseg-drops-");
    private readonly ModelRegistry _registry;
    private readonly ModelPool _pool;
    private readonly LiveModel _live;

    public TestDrops(StorageFixture storage)
    {
        VipsLibrary.Initialize();
        _storage = storage;
        Store = new DatasetStore(storage.Blobs, TimeProvider.System);
        Trainings = new TrainingStore(storage.Blobs, storage.Queues, TimeProvider.System);
        Datasets = storage.Blobs.GetBlobContainerClient(Containers.Datasets);
        Curated = storage.Blobs.GetBlobContainerClient(Containers.Curated);
        _registry = new ModelRegistry(storage.Blobs, TimeProvider.System);
        var options = new ModelOptions { Folder = Checkout.File("models/default"), Engine = new EngineOptions() };
        _pool = new ModelPool(options, _registry, TimeProvider.System, NullLogger<ModelPool>.Instance);
        _live = new LiveModel(_pool, _registry, options, TimeProvider.System, NullLogger<LiveModel>.Instance);
    }

    public string Name { get; } = $"set-{Guid.NewGuid():N}"[..20];

    public DatasetStore Store { get; }

    public TrainingStore Trainings { get; }

    public BlobContainerClient Datasets { get; }

    public BlobContainerClient Curated { get; }

    public string ServedModel => _live.Package.Manifest.Name;

    public PreprocessSpec ServedInput => _live.Package.Manifest.Preprocess;

    public DatasetClaim Claim => new(_storage.Blobs, Store, TimeProvider.System, NullLogger<DatasetClaim>.Instance);

    public FailPoisonedDataset Poison => new(Store, Claim, Failed, NullLogger<FailPoisonedDataset>.Instance);

    private FailedDrops Failed => new(_storage.Blobs, Store, TimeProvider.System, NullLogger<FailedDrops>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _live.Dispose();
        _pool.Dispose();
        _folder.Delete(recursive: true);
    }

    public IngestDataset Ingest(IngestOptions? options = null, BlobServiceClient? blobs = null) => new(
        blobs ?? _storage.Blobs, Store, Claim, Failed, new LateFiles(_storage.Blobs), new TrainingPlans(Store, Trainings, _registry, _live), options ?? new IngestOptions(), TimeProvider.System, NullLogger<IngestDataset>.Instance);

    public DatasetSweep Sweep(TimeProvider time, TimeSpan after) =>
        new(_storage.Blobs, _storage.Queues, Store, new LateFiles(_storage.Blobs), new WorkOptions { SweepAfter = after }, time, NullLogger<DatasetSweep>.Instance);

    /// <summary>Sends a set of so many pairs, each with a picture of its own, and dataset.json last. Ids run over <paramref name="classes"/> of CamVid's 11.</summary>
    /// <returns>The event that the drop has.</returns>
    public async Task<BlobCreatedEvent> DropAsync(int count = 12, int classes = 11, string? train = null)
    {
        await new DatasetPush(Datasets).UploadAsync(Write(count, classes), Spec(train), null, Cancel);
        return await EventAsync();
    }

    /// <summary>Sends one archive with the entries given, and dataset.json.</summary>
    public async Task<BlobCreatedEvent> DropZipAsync(Action<ZipArchive> fill)
    {
        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
            fill(zip);
        return await DropBytesAsync("set.zip", archive.ToArray());
    }

    /// <summary>Sends one file of the bytes given, and dataset.json.</summary>
    public async Task<BlobCreatedEvent> DropBytesAsync(string file, byte[] bytes)
    {
        await Datasets.GetBlobClient($"{Name}/{file}").UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancel);
        return await DescribeAsync(DatasetSpecJson.Serialize(Spec(null)));
    }

    /// <summary>Sends the files of a folder, those given, after dataset.json.</summary>
    public async Task SendLateAsync(string folder, IEnumerable<string> files)
    {
        var described = (await Datasets.GetBlobClient(BlobPaths.DatasetSpec(Name)).GetPropertiesAsync(cancellationToken: Cancel)).Value.LastModified;
        foreach (var file in files)
        {
            // Storage keeps times in whole seconds.
            var blob = Datasets.GetBlobClient($"{Name}/{Path.GetRelativePath(folder, file)}");
            while ((await blob.UploadAsync(file, overwrite: true, Cancel)).Value.LastModified <= described)
                await Task.Delay(50, Cancel);
        }
    }

    /// <summary>Puts dataset.json alone.</summary>
    public async Task<BlobCreatedEvent> DescribeAsync(byte[] json)
    {
        await Datasets.GetBlobClient(BlobPaths.DatasetSpec(Name)).UploadAsync(BinaryData.FromBytes(json), overwrite: true, Cancel);
        return await EventAsync();
    }

    public DatasetSpec Spec(string? train) => new()
    {
        Name = Name,
        Layout = "camvid",
        Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1),
        Train = train is null ? null : JsonDocument.Parse(train).RootElement,
    };

    public string Write(int count, int classes)
    {
        var drop = Directory.CreateDirectory(Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"))).FullName;
        Directory.CreateDirectory(Path.Combine(drop, "train"));
        Directory.CreateDirectory(Path.Combine(drop, "trainannot"));
        for (var i = 0; i < count; i++)
        {
            var pixels = new byte[3 * 24 * 16];
            new Random(i).NextBytes(pixels);
            File.WriteAllBytes(Path.Combine(drop, "train", $"{i}_a.png"), PhotoEncoder.Png(new RgbImage(24, 16, pixels)));
            File.WriteAllBytes(Path.Combine(drop, "trainannot", $"{i}_a.png"), GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % classes))], 24, 16));
        }

        return drop;
    }

    public async Task<DatasetRecord> RecordAsync() => (await Store.FindAsync(Name, Cancel))!.Value;

    public async Task<DatasetReport> ReportAsync(string version) =>
        DatasetReport.FromJson((await Curated.GetBlobClient(BlobPaths.Curated(Name, version, DatasetReport.FileName)).DownloadContentAsync(Cancel)).Value.Content.ToMemory().Span);

    public Task RunAsync(BlobCreatedEvent created, string message, IngestOptions? options = null) => Ingest(options).RunAsync(Message(created, message), Cancel);

    public static QueueMessage Message(BlobCreatedEvent created, string id) =>
        Messages.Of(JsonSerializer.SerializeToUtf8Bytes(created, JobJson.Default.BlobCreatedEvent), id);

    /// <summary>Names of the set's blobs in the container curated, without the set's own folder.</summary>
    public async Task<string[]> StoredAsync()
    {
        var names = new List<string>();
        await foreach (var blob in Curated.GetBlobsAsync(Azure.Storage.Blobs.Models.BlobTraits.None, Azure.Storage.Blobs.Models.BlobStates.None, Name + "/", Cancel))
            names.Add(blob.Name[(Name.Length + 1)..]);
        return [.. names];
    }

    /// <summary>Bodies of the messages of a queue that speak of a text.</summary>
    public async Task<string[]> MessagesAsync(string queue, string about) =>
        [.. (await _storage.Queues.GetQueueClient(queue).PeekMessagesAsync(32, Cancel)).Value.Select(message => message.MessageText).Where(text => text.Contains(about, StringComparison.Ordinal))];

    private async Task<BlobCreatedEvent> EventAsync() => BlobCreatedEvent.For(Containers.Datasets, BlobPaths.DatasetSpec(Name), (await Claim.CurrentAsync(Name, Cancel))!, 1);
}
