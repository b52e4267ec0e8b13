using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Datasets;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Retention;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Retention;

/// <summary>"curated/, datasets/ and models/ grow for ever": what of them is deleted when, and above all what is not. A storage of its own: these tests delete
/// from every container.</summary>
public sealed class VersionRetentionTests : IAsyncLifetime
{
    private const string Old = "0011223344556677", Middle = "1122334455667788", New = "2233445566778899";

    private readonly StorageFixture _own = new();
    private readonly TempFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DatasetStore Sets => new(_own.Blobs, TimeProvider.System);

    private ModelRegistry Registry => new(_own.Blobs, TimeProvider.System);

    private TrainingStore Runs => new(_own.Blobs, _own.Queues, TimeProvider.System);

    private JobStore Jobs => new(_own.Blobs, _own.Queues, TimeProvider.System);

    public ValueTask InitializeAsync() => _own.InitializeAsync();

    public async ValueTask DisposeAsync()
    {
        _folder.Dispose();
        await _own.DisposeAsync();
    }

    [Fact]
    public async Task By_default_only_what_was_never_finished_goes_and_not_before_its_time()
    {
        await SetAsync("set", Old, New);
        await PutAsync(Containers.Curated, "set/ffffffffffffffff/train-0.shard", "set/failed/report.json", "never/eeeeeeeeeeeeeeee/train-0.shard");
        await PutAsync(Containers.Datasets, "set/a.png", "under-way/a.png");
        await PutAsync(Containers.Models, "begun/1/manifest.json", "begun/1/model.onnx", "begun/2/model.onnx");
        var package = TinyPackages.Write(_folder["package"], "whole", 1);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        var before = await LeftAsync();

        await RetainAsync(6, new WorkOptions());
        Assert.Equal(before, await LeftAsync());

        await RetainAsync(8, new WorkOptions());
        await RetainAsync(3000, new WorkOptions());
        Assert.Equal(["curated/never/eeeeeeeeeeeeeeee/train-0.shard", "curated/set/ffffffffffffffff/train-0.shard", "models/begun/1/manifest.json", "models/begun/1/model.onnx", "models/begun/2/model.onnx"],
            before.Except(await LeftAsync()));
    }

    [Fact]
    public async Task Of_a_set_the_newest_version_and_those_that_runs_learn_from_stay_and_the_record_names_no_other()
    {
        await SetAsync("set", Old, Middle, New);
        await SetAsync("single", Old);
        await SetAsync("checked", Old, New);
        await Sets.TryMoveAsync("checked", DatasetState.Checking, static set => set, Cancel);
        await PutAsync(Containers.Curated, $"no-record/{Old}/manifest.json");
        var run = await RunAsync("set", Middle, "model", "none");

        await RetainAsync(31, new WorkOptions { KeepCurated = TimeSpan.FromDays(30) });
        Assert.Equal([Middle, New], (await Sets.FindAsync("set", Cancel))!.Value.Versions);
        Assert.Equal(
            [$"checked/{Old}/manifest.json", $"checked/{New}/manifest.json", $"no-record/{Old}/manifest.json", $"set/{Middle}/manifest.json", $"set/{New}/manifest.json", $"single/{Old}/manifest.json"],
            (await NamesAsync(Containers.Curated)).Where(name => name.EndsWith("/manifest.json", StringComparison.Ordinal)));
        Assert.DoesNotContain(await NamesAsync(Containers.Curated), name => name.StartsWith($"set/{Old}/", StringComparison.Ordinal));

        await Runs.TryMoveAsync(run, TrainingState.Canceled, static now => now, Cancel);
        await RetainAsync(31, new WorkOptions { KeepCurated = TimeSpan.FromDays(30) });
        Assert.Equal([New], (await Sets.FindAsync("set", Cancel))!.Value.Versions);
    }

    [Fact]
    public async Task An_audit_goes_after_its_version_and_one_whose_version_has_long_gone_goes_too()
    {
        await SetAsync("set", Old, Middle, New);
        await PutAsync(Containers.Audits, $"set/{Old}/record.json", $"set/{Old}/run/crops/0.png", $"set/{New}/record.json", $"set/{New}/run/audit.json");

        // What an audit wrote after its version was deleted stayed for good.
        await PutAsync(Containers.Audits, "set/ffffffffffffffff/run/crops/1.png");

        await RetainAsync(31, new WorkOptions { KeepCurated = TimeSpan.FromDays(30) });

        Assert.Equal([$"set/{New}/record.json", $"set/{New}/run/audit.json"], await NamesAsync(Containers.Audits));
    }

    [Fact]
    public async Task A_drop_goes_whole_and_only_once_a_usable_version_was_made_of_it()
    {
        foreach (var name in (string[])["ready", "failed", "newer", "lost", "never"])
        {
            await PutAsync(Containers.Datasets, $"{name}/a.png", $"{name}/b/c.png", $"{name}/dataset.json");
            if (name != "never")
                await SetAsync(name, New);
            await Sets.AmendAsync(name, set => set with { Drop = Etag(name) }, Cancel);
        }

        await Sets.TryMoveAsync("failed", DatasetState.Checking, static set => set, Cancel);
        await Sets.TryMoveAsync("failed", DatasetState.Failed, static set => set, Cancel);
        await Sets.AmendAsync("newer", static set => set with { Drop = "0xFORMER" }, Cancel);
        await Curated.DeleteBlobAsync($"lost/{New}/manifest.json", cancellationToken: Cancel);
        await PutAsync(Containers.Datasets, "under-way/a.png");
        var before = await NamesAsync(Containers.Datasets);

        await RetainAsync(365, new WorkOptions());
        await RetainAsync(29, new WorkOptions { KeepDatasets = TimeSpan.FromDays(30) });
        Assert.Equal(before, await NamesAsync(Containers.Datasets));

        await RetainAsync(31, new WorkOptions { KeepDatasets = TimeSpan.FromDays(30) });
        Assert.Equal(["ready/a.png", "ready/b/c.png", "ready/dataset.json"], before.Except(await NamesAsync(Containers.Datasets)));

        string Etag(string name) => _own.Blobs.GetBlobContainerClient(Containers.Datasets).GetBlobClient($"{name}/dataset.json").GetProperties(cancellationToken: Cancel).Value.ETag.ToString().Trim('"');
    }

    [Fact]
    public async Task Of_a_model_what_is_live_can_be_rolled_back_to_is_used_shipped_or_newest_stays()
    {
        var versions = new List<string>();
        for (var turn = 1; turn <= 8; turn++)
        {
            var package = TinyPackages.Write(_folder[$"{turn}"], "model", turn);
            await new ModelRegistry(_own.Blobs, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(turn))).PublishAsync(package, turn == 1 ? "seed" : "test", null, null, Cancel);
            versions.Add(package.Manifest.Version);
        }

        // 0 shipped; 1 before the live 2; 3 asked for by name and 4 pinned by jobs, 5 started from by a run; 6 nobody's; 7 the newest.
        await Registry.PromoteAsync("model", versions[1], "test", Cancel);
        await Registry.PromoteAsync("model", versions[2], "test", Cancel);
        await JobAsync($"model@{versions[3]}", null);
        await JobAsync(null, new ModelPin("model", versions[4]));
        await RunAsync("set", Old, "model", versions[5]);
        await Registry.RecordAsync("model", new ShadowRun(versions[6], versions[2], TimeProvider.System.GetUtcNow(), []), Cancel);

        await RetainAsync(365, new WorkOptions());
        await RetainAsync(29, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal(versions, await VersionsAsync());

        await RetainAsync(31, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal(versions.Where(version => version != versions[6]), await VersionsAsync());
        Assert.DoesNotContain(await NamesAsync(Containers.Models), name => name.Contains(versions[6], StringComparison.Ordinal));
        foreach (var version in versions.Where(version => version != versions[6]))
            await Registry.DownloadAsync("model", version, _folder["cache"], Cancel);
    }

    [Fact]
    public async Task What_was_begun_long_ago_and_is_gone_on_with_stays_until_the_last_of_it_is_old()
    {
        await PutAsync(Containers.Models, "begun/1/manifest.json");
        await PutAsync(Containers.Curated, "never/eeeeeeeeeeeeeeee/train-0.shard");

        // Storage notes whole seconds.
        await Eventually.TrueAsync(
            async () =>
            {
                await PutAsync(Containers.Models, "begun/1/model.onnx");
                return await NotedAsync(Containers.Models, "begun/1/model.onnx") > await NotedAsync(Containers.Curated, "never/eeeeeeeeeeeeeeee/train-0.shard");
            },
            "the next second");
        await PutAsync(Containers.Curated, "never/eeeeeeeeeeeeeeee/train-1.shard");
        var before = await LeftAsync();
        var end = await NotedAsync(Containers.Models, "begun/1/model.onnx") + new WorkOptions().KeepUnfinished;

        await RetainAsync(end - TimeSpan.FromSeconds(0.5), new WorkOptions());
        Assert.Equal(before, await LeftAsync());

        await RetainAsync(end + TimeSpan.FromMinutes(1), new WorkOptions());
        Assert.Empty(await LeftAsync());

        async Task<DateTimeOffset> NotedAsync(string container, string path) =>
            (await _own.Blobs.GetBlobContainerClient(container).GetBlobClient(path).GetPropertiesAsync(cancellationToken: Cancel)).Value.LastModified;
    }

    [Fact]
    public async Task A_version_that_was_live_within_the_time_stays_also_where_it_was_taken_back()
    {
        var versions = new List<string>();
        for (var turn = 1; turn <= 3; turn++)
        {
            var package = TinyPackages.Write(_folder[$"{turn}"], "model", turn);
            var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(turn));
            await new ModelRegistry(_own.Blobs, then).PublishAsync(package, "test", null, null, Cancel);
            versions.Add(package.Manifest.Version);
        }

        await Registry.PromoteAsync("model", versions[2], "test", Cancel);
        var later = new ModelRegistry(_own.Blobs, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(20)));
        await later.PromoteAsync("model", versions[0], "test", Cancel);
        await later.RollBackAsync("model", "test", Cancel);

        await RetainAsync(31, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal([versions[0], versions[2]], await VersionsAsync());

        await RetainAsync(51, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal([versions[2]], await VersionsAsync());
    }

    [Fact]
    public async Task A_version_that_a_run_has_published_and_is_not_done_with_stays()
    {
        var versions = new List<string>();
        for (var turn = 1; turn <= 2; turn++)
        {
            var package = TinyPackages.Write(_folder[$"{turn}"], "model", turn);
            var then = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(turn));
            await new ModelRegistry(_own.Blobs, then).PublishAsync(package, "test", null, null, Cancel);
            versions.Add(package.Manifest.Version);
        }

        var run = await RunAsync("set", Old, "model", "none");
        await Runs.AmendAsync(run, record => record with { Version = versions[0] }, Cancel);
        await RetainAsync(31, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal(versions, await VersionsAsync());

        await Runs.TryMoveAsync(run, TrainingState.Canceled, static now => now, Cancel);
        await RetainAsync(31, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });
        Assert.Equal([versions[1]], await VersionsAsync());
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_everything_of_its_set_or_model_and_nothing_of_others()
    {
        await SetAsync("broken", Old, New);
        await SetAsync("set", Old, New);
        await PutAsync(Containers.Curated, "broken/record.json");
        var package = TinyPackages.Write(_folder["package"], "model", 1);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        await PutAsync(Containers.Models, "model/current.json", "model/never/manifest.json", "other/never/manifest.json");

        await RetainAsync(365, new WorkOptions { KeepCurated = TimeSpan.FromDays(1), KeepModels = TimeSpan.FromDays(1), KeepDatasets = TimeSpan.FromDays(1) });

        Assert.Contains($"broken/{Old}/manifest.json", await NamesAsync(Containers.Curated));
        Assert.DoesNotContain($"set/{Old}/manifest.json", await NamesAsync(Containers.Curated));
        Assert.Contains("model/never/manifest.json", await NamesAsync(Containers.Models));
        Assert.DoesNotContain("other/never/manifest.json", await NamesAsync(Containers.Models));
    }

    // One such record had kept every old version of its model for ever, and every package of it that was never finished.
    [Fact]
    public async Task A_version_whose_record_cannot_be_read_stays_and_keeps_no_other()
    {
        var versions = new List<string>();
        for (var turn = 1; turn <= 3; turn++)
        {
            var package = TinyPackages.Write(_folder[$"{turn}"], "model", turn);
            await new ModelRegistry(_own.Blobs, new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(turn))).PublishAsync(package, "test", null, null, Cancel);
            versions.Add(package.Manifest.Version);
        }

        await PutAsync(Containers.Models, BlobPaths.ModelVersion("model", versions[0]), "model/never/manifest.json");

        await RetainAsync(31, new WorkOptions { KeepModels = TimeSpan.FromDays(30) });

        var left = (await NamesAsync(Containers.Models)).Where(static name => name.EndsWith("/manifest.json", StringComparison.Ordinal));
        Assert.Equal([$"model/{versions[0]}/manifest.json", $"model/{versions[2]}/manifest.json"], left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_package_whose_publishing_goes_on_just_then_is_whole_afterwards()
    {
        var package = TinyPackages.Write(_folder["package"], "model", 1);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        await _own.Blobs.GetBlobContainerClient(Containers.Models).DeleteBlobAsync(BlobPaths.ModelVersion("model", package.Manifest.Version), cancellationToken: Cancel);

        // Listed as old and never finished; then it is published again, before the first of it is deleted.
        var folder = await BlobFolder.ListAsync(_own.Blobs.GetBlobContainerClient(Containers.Models), BlobPaths.ModelFile("model", package.Manifest.Version, ""), Cancel);
        await Registry.PublishAsync(package, "test", null, null, Cancel);
        Assert.Equal(0, await folder.DeleteAsync(ModelRegistry.ClaimFile, last: false, Cancel));

        await Registry.DownloadAsync("model", package.Manifest.Version, _folder["cache"], Cancel);
    }

    [Fact]
    public async Task A_version_that_is_promoted_just_then_stays()
    {
        var package = TinyPackages.Write(_folder["package"], "model", 1);
        var version = await Registry.PublishAsync(package, "test", null, null, Cancel);
        var replies = new LostReplies(static (method, path) => method == "DELETE" && path.Contains("/versions/", StringComparison.Ordinal))
        {
            Meanwhile = async () =>
            {
                // Its promotion had found the record, and moves the pointer only now.
                await new JsonBlobs<ModelPointer>(_own.Blobs.GetBlobContainerClient(Containers.Models), RegistryJson.Default.ModelPointer)
                    .TryWriteAsync(BlobPaths.ModelPointer("model"), new ModelPointer(version.Version, [], []), null, Cancel);
            },
        };

        Assert.False(await new ModelRegistry(replies.Over(_own.ConnectionString), TimeProvider.System).RemoveAsync(version, Cancel));

        Assert.Equal([version.Version], await VersionsAsync());
    }

    [Fact]
    public async Task The_hourly_pass_does_it()
    {
        await PutAsync(Containers.Curated, "never/eeeeeeeeeeeeeeee/train-0.shard");
        await PutAsync(Containers.Models, "begun/1/manifest.json");
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(8));
        var (gauge, options) = (new QueueGauge(_own.Queues, time), new WorkOptions());
        var claim = new UploadClaim(Jobs, new Admission(_own.Blobs, gauge, options, time), time, NullLogger<UploadClaim>.Instance);

        await new RetentionPass(_own.Blobs, _own.Queues, claim, gauge, options, time, NullLogger<RetentionPass>.Instance).RunAsync(Cancel);

        Assert.Empty(await LeftAsync());
    }

    private BlobContainerClient Curated => _own.Blobs.GetBlobContainerClient(Containers.Curated);

    private Task RetainAsync(double days, WorkOptions options) => RetainAsync(TimeProvider.System.GetUtcNow().AddDays(days), options);

    private async Task RetainAsync(DateTimeOffset now, WorkOptions options)
    {
        var time = new FakeTimeProvider(now);
        await new DatasetRetention(_own.Blobs, Sets, Runs, options, time, NullLogger.Instance).RunAsync(Cancel);
        await new ModelRetention(_own.Blobs, Registry, Jobs, Runs, options, time, NullLogger.Instance).RunAsync(Cancel);
    }

    private async Task SetAsync(string name, params string[] versions)
    {
        foreach (var version in versions)
            await PutAsync(Containers.Curated, $"{name}/{version}/train-0.shard", $"{name}/{version}/report.json", $"{name}/{version}/manifest.json");
        await Sets.CreateAsync(new DatasetRecord
        {
            Name = name, State = DatasetState.Ready, Drop = "0x1", ReceivedAt = TimeProvider.System.GetUtcNow(), Version = versions[^1], Versions = versions,
        }, Cancel);
    }

    private async Task<WorkId> RunAsync(string set, string version, string model, string init)
    {
        var plan = new TrainingPlan(set, version, "smoke", new Dictionary<string, string>(), model, init, true);
        return (await Runs.CreateAsync(WorkId.New(TimeProvider.System), plan, Callers.Local, Cancel)).Value.Id;
    }

    private Task<Change<JobRecord>> JobAsync(string? model, ModelPin? pin)
    {
        var id = WorkId.New(TimeProvider.System);
        return Jobs.CreateAsync(new JobRecord
        {
            Id = id, State = JobState.Queued, Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), "0x1", null), Model = model, Pin = pin,
            Times = new JobTimes { CreatedAt = TimeProvider.System.GetUtcNow() },
        }, Cancel);
    }

    private async Task PutAsync(string container, params string[] paths)
    {
        foreach (var path in paths)
            await _own.Blobs.GetBlobContainerClient(container).GetBlobClient(path).UploadAsync(BinaryData.FromString("x"), overwrite: true, Cancel);
    }

    private async Task<List<string>> VersionsAsync()
    {
        var versions = new List<ModelVersion>();
        await foreach (var version in Registry.VersionsAsync("model", Cancel))
            versions.Add(version);
        return [.. versions.OrderBy(version => version.PublishedAt).Select(version => version.Version)];
    }

    private async Task<List<string>> NamesAsync(string container)
    {
        var names = new List<string>();
        await foreach (var blob in _own.Blobs.GetBlobContainerClient(container).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel))
            names.Add(blob.Name);
        return names;
    }

    private async Task<List<string>> LeftAsync()
    {
        var left = new List<string>();
        foreach (var container in (string[])[Containers.Curated, Containers.Datasets, Containers.Models])
            left.AddRange((await NamesAsync(container)).Select(name => $"{container}/{name}"));
        return left;
    }
}
