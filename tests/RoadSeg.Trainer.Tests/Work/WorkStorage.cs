using System.Diagnostics;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.LocalHost;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Work;
using RoadSeg.Trainings;
using RoadSeg.Work;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Work;

/// <summary>An Azurite with a deployment's containers and queues, and a curated set of painted roads in it.</summary>
public sealed class WorkStorage : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly TempFolder _folder = new();
    private AzuriteProcess _azurite = null!;

    internal const string Dataset = "painted";

    internal string ConnectionString => _azurite.ConnectionString;

    internal StorageAccount Account { get; private set; } = null!;

    internal TrainingStore Runs { get; private set; } = null!;

    internal ModelRegistry Registry { get; private set; } = null!;

    internal CuratedSet Set { get; private set; } = null!;

    internal string Folder => _folder["work"];

    internal QueueClient Queue => Account.Queues.GetQueueClient(Queues.TrainingJobs);

    internal BlobContainerClient Trainings => Account.Blobs.GetBlobContainerClient(Containers.Trainings);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Path.Combine(Checkout.Root, "infra", "packages", "node_modules") });
        Account = StorageAccount.Open(name => name == "AzureWebJobsStorage" ? _azurite.ConnectionString : null);
        foreach (var container in Containers.All)
            await Account.Blobs.CreateBlobContainerAsync(container);
        foreach (var queue in Queues.All)
            await Account.Queues.CreateQueueAsync(queue);
        Runs = new TrainingStore(Account.Blobs, Account.Queues, TimeProvider.System);
        Registry = new ModelRegistry(Account.Blobs, TimeProvider.System);
        Set = await CurateAsync(Dataset, 12);
    }

    public async ValueTask DisposeAsync()
    {
        await _azurite.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Puts a curated set into storage.</summary>
    internal async Task<CuratedSet> CurateAsync(string name, int train)
    {
        var drop = Directory.CreateDirectory(_folder["drop-" + name]).FullName;
        PaintedRoads.Write(drop, train, val: 4);
        var spec = new DatasetSpec { Name = name, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 96, 64, 1), Split = new SplitSpec { Group = "none" } };
        var (report, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(drop), spec, new DatasetOptions(), _folder["curated"], null, CancellationToken.None);
        report.ThrowIfUnusable();
        var container = Account.Blobs.GetBlobContainerClient(Containers.Curated);
        foreach (var file in Directory.GetFiles(set!.Folder))
            await container.GetBlobClient(BlobPaths.Curated(name, set.Version, Path.GetFileName(file))).UploadAsync(file, overwrite: true);
        return set;
    }

    /// <summary>A plan for a tiny network from random weights; settings replace those of the same name.</summary>
    internal TrainingPlan Plan(string model, string init = "none", bool promote = true, params (string Field, string Value)[] settings)
    {
        var all = new Dictionary<string, string>
        {
            ["model.asppRates"] = "[2]", ["model.asppChannels"] = "16", ["model.lowLevelChannels"] = "8", ["model.decoderChannels"] = "16",
            ["augmentation.cropWidth"] = "64", ["augmentation.cropHeight"] = "48", ["augmentation.scaleMax"] = "1.2",
            ["training.epochs"] = "2", ["training.evaluateEvery"] = "2", ["training.checkpointEvery"] = "1", ["training.emaDecay"] = "0.8", ["training.learningRate"] = "0.01",
        };
        foreach (var (field, value) in settings)
            all[field] = value;
        return new TrainingPlan(Dataset, Set.Version, "smoke", all, model, init, promote);
    }

    /// <summary>Queues a run; earlier messages are taken away.</summary>
    internal async Task<WorkId> QueueAsync(TrainingPlan plan)
    {
        await Queue.ClearMessagesAsync(Cancel);
        return (await Runs.CreateAsync(WorkId.New(TimeProvider.System), plan, Callers.Local, Cancel)).Value.Id;
    }

    /// <summary>A worker in this process.</summary>
    internal TrainingWorker Worker(GateOptions? gate = null, TextWriter? output = null) => new(new WorkPlace(
        Account, Runs, Registry, new WorkOptions { Folder = Folder, Report = TimeSpan.FromMilliseconds(100), Lock = TimeSpan.FromSeconds(30) },
        gate ?? new GateOptions { Latency = 1000 }, CPU, TimeProvider.System, output ?? TextWriter.Null));

    /// <summary>Works a run off in this process.</summary>
    internal async Task<TrainingRecord> WorkAsync(TrainingPlan plan, GateOptions? gate = null)
    {
        var id = await QueueAsync(plan);
        await Worker(gate).RunAsync(untilEmpty: true, Cancel);
        return await RunAsync(id);
    }

    internal async Task<TrainingRecord> RunAsync(WorkId id) => (await Runs.FindAsync(id, Cancel))!.Value;

    /// <summary>Waits until a run is as wanted.</summary>
    internal Task<TrainingRecord> UntilAsync(WorkId id, Func<TrainingRecord, bool> wanted) =>
        Eventually.GetAsync(async () => await RunAsync(id), $"a state of run {id}", wanted, Patience);

    internal async Task<string?> TextAsync(WorkId id, string file)
    {
        try
        {
            return (await Trainings.GetBlobClient(BlobPaths.TrainingFile(id, file)).DownloadContentAsync(Cancel)).Value.Content.ToString();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    internal async Task<bool> IsEmptyAsync() => (await Queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount == 0;

    /// <summary>A worker process of its own, with locks of three seconds.</summary>
    internal Process StartProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "RoadSeg.Trainer.dll"), "work", "--threads", "1", "--folder", Folder, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["AzureWebJobsStorage"] = _azurite.ConnectionString;
        start.Environment["ROADSEG_WORK_LOCK"] = "00:00:03";
        start.Environment["ROADSEG_WORK_POLL"] = "00:00:00.100";
        start.Environment["ROADSEG_WORK_REPORT"] = "00:00:00.100";
        start.Environment["ROADSEG_GATE_LATENCY"] = "1000";
        return Process.Start(start)!;
    }

    /// <summary>Its exit code and what it wrote.</summary>
    internal static async Task<(int Code, string Output)> EndAsync(Process process)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Patience);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, await output + await errors);
    }
}
