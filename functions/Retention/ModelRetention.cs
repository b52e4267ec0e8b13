using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Retention;

/// <summary>What of the model registry is deleted, and when (docs/operate.md). Packages that were never finished by default; versions only
/// where a setting says so, and never one that is live, can be rolled back to, shipped with the app, is the newest of its model, or that a
/// job or a run is for.</summary>
internal sealed class ModelRetention(
    BlobServiceClient blobs,
    ModelRegistry registry,
    JobStore jobs,
    TrainingStore runs,
    WorkOptions options,
    TimeProvider time,
    ILogger log
)
{
    private readonly BlobContainerClient _models = blobs.GetBlobContainerClient(Containers.Models);

    /// <summary>Looks at every model.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await RepairPass.RunAsync(
            registry.NamesAsync(cancel),
            LookAsync,
            (name, e) => Log.BlobNotKept(log, Containers.Models, name, e),
            cancel
        );
    }

    private async Task LookAsync(string name, CancellationToken cancel)
    {
        if (!ModelPin.IsName(name))
            return;
        var (now, pointer) = (time.GetUtcNow(), (await registry.LiveAsync(name, cancel))?.Value);
        foreach (var version in await BlobFolder.NamesAsync(_models, $"{name}/", cancel))
        {
            if (
                !new ModelPin(name, version).IsValid
                || Names(pointer, version)
                || $"{name}/{version}/" == BlobPaths.ShadowRuns(name)
                || await registry.IsPublishedAsync(name, version, cancel)
            )
                continue;
            var folder = await BlobFolder.ListAsync(_models, BlobPaths.ModelFile(name, version, ""), cancel);
            if (now - folder.Newest > options.KeepUnfinished)
                await DeleteAsync(folder, cancel);
        }

        if (options.KeepModels is { } keep)
            await RetireAsync(name, pointer, now - keep, cancel);
    }

    private static bool Names(ModelPointer? pointer, string version) =>
        pointer is not null && (pointer.Version == version || pointer.Before.Contains(version));

    private async Task RetireAsync(string name, ModelPointer? pointer, DateTimeOffset before, CancellationToken cancel)
    {
        var versions = new List<ModelVersion>();
        await foreach (var version in registry.VersionsAsync(name, cancel, (path, e) => Log.BlobNotKept(log, Containers.Models, path, e)))
            versions.Add(version);
        var newest = versions.MaxBy(static version => version.PublishedAt);
        var old = versions
            .Where(version =>
                version != newest
                && version.PublishedBy != "seed"
                && version.PublishedAt < before
                && !Names(pointer, version.Version)
                && pointer?.History.Any(move => move.Version == version.Version && move.At >= before) != true
            )
            .ToList();
        if (old.Count == 0)
            return;
        var used = await UsedAsync(name, cancel);
        foreach (var version in old.Where(version => !used.Contains(version.Version)))
        {
            if (!await registry.RemoveAsync(version, cancel))
                continue;
            await DeleteAsync(await BlobFolder.ListAsync(_models, BlobPaths.ModelFile(name, version.Version, ""), cancel), cancel);
            await _models.GetBlobClient(BlobPaths.ShadowRun(name, version.Version)).DeleteIfExistsAsync(cancellationToken: cancel);
        }
    }

    // Versions that a job which has not ended is for, or that a run starts from or has published.
    private async Task<HashSet<string>> UsedAsync(string name, CancellationToken cancel)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var live = blobs.GetBlobContainerClient(Containers.JobsActive);
        await foreach (var marker in live.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel))
        {
            var named = marker.Name[(marker.Name.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (!WorkId.TryParse(named, out var id) || (await jobs.FindAsync(id, cancel))?.Value is not { } job)
                continue;
            if (job.Pin?.Model == name)
                used.Add(job.Pin.Version);
            if (job.Model?.StartsWith($"{name}@", StringComparison.Ordinal) == true)
                used.Add(job.Model[(name.Length + 1)..]);
        }

        var learning = blobs.GetBlobContainerClient(Containers.TrainingsActive);
        await foreach (var marker in learning.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel))
        {
            if (WorkId.TryParse(marker.Name, out var id) && (await runs.FindAsync(id, cancel))?.Value is { } run && run.Plan.Model == name)
                used.UnionWith(run.Version is null ? [run.Plan.Init] : [run.Plan.Init, run.Version]);
        }

        return used;
    }

    // The manifest first: it is what a package is claimed by.
    private async Task DeleteAsync(BlobFolder folder, CancellationToken cancel)
    {
        var deleted = await folder.DeleteAsync(ModelRegistry.ClaimFile, last: false, cancel);
        if (deleted > 0)
            Log.BlobsDeleted(log, deleted, Containers.Models);
    }
}
