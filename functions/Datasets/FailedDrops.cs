using Azure.Storage.Blobs;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Ends drops that cannot be used. Each has a report, also where nothing of it could be read; earlier versions stay.</summary>
internal sealed class FailedDrops(BlobServiceClient blobs, DatasetStore store, TimeProvider time, ILogger<FailedDrops> log)
{
    /// <summary>Ends a drop of which no report was made.</summary>
    /// <param name="name">The set.</param>
    /// <param name="reason">Why.</param>
    /// <param name="guard">Whether the record is still the caller's to end.</param>
    /// <param name="late">Files that came after its description; null where none did.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    public async Task EndAsync(
        string name,
        RoadSegException reason,
        Func<DatasetRecord, bool> guard,
        DatasetLate? late,
        CancellationToken cancel
    )
    {
        using var scratch = new ScratchFolder(time);
        new DatasetCurator(time).Refuse(name, reason, scratch["report"]);
        await EndAsync(name, reason, scratch["report"], guard, late, cancel);
    }

    /// <summary>Ends a drop whose report lies in a folder.</summary>
    public async Task EndAsync(
        string name,
        RoadSegException reason,
        string report,
        Func<DatasetRecord, bool> guard,
        DatasetLate? late,
        CancellationToken cancel
    )
    {
        if (await store.FindAsync(name, cancel) is not { Value: var known } || !guard(known))
            return;

        // The report first: a crash before the record is changed has the drop checked, and its report written, once more.
        await new CuratedUpload(blobs.GetBlobContainerClient(Containers.Curated)).StoreReportAsync(
            name,
            DatasetCurator.FailedFolder,
            report,
            cancel
        );
        bool IsIt(DatasetRecord record) => record.Drop == known.Drop && guard(record);
        if (late is not null)
            await store.AmendAsync(name, record => IsIt(record) ? record with { Late = late } : null, cancel);
        var ended = await store.TryFailAsync(name, reason, IsIt, cancel);
        if (ended.Done)
            Log.DropFailed(log, name, reason.Code.Code, reason.Message);
    }
}
