using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Work;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Retention;

/// <summary>What of data sets is deleted, and when (docs/operate.md). Versions that were never finished by default; drops and superseded
/// versions, which are the users' own, only where a setting says so. The newest version of a set, one that a run learns from and a drop
/// that is not curated always stay.</summary>
internal sealed class DatasetRetention(
    BlobServiceClient blobs,
    DatasetStore sets,
    TrainingStore runs,
    WorkOptions options,
    TimeProvider time,
    ILogger log
)
{
    private readonly BlobContainerClient _curated = blobs.GetBlobContainerClient(Containers.Curated);
    private readonly BlobContainerClient _datasets = blobs.GetBlobContainerClient(Containers.Datasets);

    /// <summary>Looks at every set.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        await RepairPass.RunAsync(
            sets.NamesAsync(cancel),
            LookAsync,
            (name, e) => Log.BlobNotKept(log, Containers.Curated, name, e),
            cancel
        );
    }

    // An audit goes when its version has gone: in the pass after it, so that one which was still running has ended.
    private async Task AuditsAsync(string name, CancellationToken cancel)
    {
        var container = blobs.GetBlobContainerClient(Containers.Audits);
        foreach (var version in await BlobFolder.NamesAsync(container, $"{name}/", cancel))
        {
            var audits = await BlobFolder.ListAsync(container, BlobPaths.Audits(name, version), cancel);
            if (
                time.GetUtcNow() - audits.Newest > options.KeepUnfinished
                && (await BlobFolder.ListAsync(_curated, BlobPaths.Curated(name, version, ""), cancel)).Find(CuratedManifest.FileName)
                    is null
            )
                LogDeleted(Containers.Audits, await audits.DeleteAsync("record.json", last: true, cancel));
        }
    }

    private async Task LookAsync(string name, CancellationToken cancel)
    {
        var record = (await sets.FindAsync(name, cancel))?.Value;
        foreach (var version in await BlobFolder.NamesAsync(_curated, $"{name}/", cancel))
        {
            if (version == DatasetCurator.FailedFolder || version == record?.Version)
                continue;
            var folder = await BlobFolder.ListAsync(_curated, BlobPaths.Curated(name, version, ""), cancel);
            var age = time.GetUtcNow() - folder.Newest;
            var goes = folder.Find(CuratedManifest.FileName) is null
                ? age > options.KeepUnfinished && record?.Versions.Contains(version) != true
                : age > options.KeepCurated && await RetireAsync(name, version, record, cancel);
            if (goes)
                LogDeleted(Containers.Curated, await folder.DeleteAsync(CuratedManifest.FileName, last: false, cancel));
        }

        await AuditsAsync(name, cancel);

        // A drop whose folder has no name that can be: what says so goes when the drop has gone.
        if (
            record is { State: DatasetState.Failed, Versions: [] }
            && !DatasetSpecJson.IsName(name)
            && !await _datasets.GetBlobClient(BlobPaths.DatasetSpec(name)).ExistsAsync(cancel)
        )
        {
            var folder = await BlobFolder.ListAsync(_curated, $"{name}/", cancel);
            LogDeleted(Containers.Curated, await folder.DeleteAsync(BlobPaths.Dataset(name)[(name.Length + 1)..], last: true, cancel));
        }

        if (options.KeepDatasets is not null && record is { State: DatasetState.Ready, Version: { } newest })
            await DropAsync(record, newest, cancel);
    }

    // The record first: nobody asks for the version any more, and a drop of the same content meanwhile, which would find it there, is let
    // go on.
    private async Task<bool> RetireAsync(string name, string version, DatasetRecord? record, CancellationToken cancel)
    {
        if (record is not { Version: not null } || record.State == DatasetState.Checking || await IsLearntAsync(name, version, cancel))
            return false;
        var retired = await sets.AmendAsync(
            name,
            now =>
                now.State == DatasetState.Checking || now.Version is null || now.Version == version
                    ? null
                    : now with
                    {
                        Versions = [.. now.Versions.Where(known => known != version)],
                    },
            cancel
        );
        return retired.Done && !await IsLearntAsync(name, version, cancel);
    }

    private async Task<bool> IsLearntAsync(string name, string version, CancellationToken cancel)
    {
        var markers = blobs.GetBlobContainerClient(Containers.TrainingsActive);
        await foreach (var marker in markers.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel))
        {
            if (
                WorkId.TryParse(marker.Name, out var id)
                && (await runs.FindAsync(id, cancel))?.Value.Plan is { } plan
                && plan.Dataset == name
                && plan.DatasetVersion == version
            )
                return true;
        }

        return false;
    }

    // dataset.json last: what a crash leaves is still the drop that was curated, and goes with the next pass.
    private async Task DropAsync(DatasetRecord record, string newest, CancellationToken cancel)
    {
        var drop = await BlobFolder.ListAsync(_datasets, $"{record.Name}/", cancel);
        if (
            time.GetUtcNow() - drop.Newest > options.KeepDatasets
            && drop.Find(DatasetSpec.FileName)?.ToString().Trim('"') == record.Drop
            && await _curated.GetBlobClient(BlobPaths.Curated(record.Name, newest, CuratedManifest.FileName)).ExistsAsync(cancel)
        )
            LogDeleted(Containers.Datasets, await drop.DeleteAsync(DatasetSpec.FileName, last: true, cancel));
    }

    private void LogDeleted(string container, int deleted)
    {
        if (deleted > 0)
            Log.BlobsDeleted(log, deleted, container);
    }
}
