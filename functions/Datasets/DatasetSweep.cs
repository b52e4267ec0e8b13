using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Timer: sends the event of every drop whose own was lost, and of every drop whose worker is gone. It lists the names of data
/// sets and reads one record each. Doing it twice changes nothing.</summary>
internal sealed class DatasetSweep(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    DatasetStore store,
    LateFiles lateFiles,
    WorkOptions options,
    TimeProvider time,
    ILogger<DatasetSweep> log
)
{
    // What comes later than this belongs to another drop.
    private static readonly TimeSpan LooksForLate = TimeSpan.FromDays(1);

    private readonly BlobContainerClient _datasets = blobs.GetBlobContainerClient(Containers.Datasets);

    [Function("SweepDatasets")]
    public Task TickAsync([TimerTrigger("0 */5 * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) =>
        RunAsync(cancel);

    public async Task RunAsync(CancellationToken cancel)
    {
        await RepairPass.RunAsync(
            _datasets.GetBlobsByHierarchyAsync(BlobTraits.None, BlobStates.None, "/", null, cancel),
            async (item, stop) =>
            {
                if (item.IsPrefix && item.Prefix.TrimEnd('/') is var name && DatasetSpecJson.IsFolder(name))
                    await RepairAsync(name, stop);
            },
            (item, e) => Log.DatasetSweepFailed(log, item.Prefix, e),
            cancel
        );
    }

    private async Task RepairAsync(string name, CancellationToken cancel)
    {
        // A folder without a description is a drop under way.
        if (await DescriptionAsync(name, cancel) is not { } description || time.GetUtcNow() - description.LastModified < options.SweepAfter)
            return;
        var drop = description.ETag.ToString().Trim('"');
        var record = (await store.FindAsync(name, cancel))?.Value;
        if (record?.Drop != drop)
            Log.DropRepaired(log, name, "its event was lost or waits");
        else if (record.State != DatasetState.Checking)
        {
            if (time.GetUtcNow() - description.LastModified < LooksForLate)
                await TellLateAsync(record, cancel);
            return;
        }
        else if (!await DisownedAsync(record, cancel))
        {
            return;
        }

        var created = BlobCreatedEvent.For(
            Containers.Datasets,
            BlobPaths.DatasetSpec(name),
            drop,
            description.ContentLength,
            time.GetUtcNow()
        );
        await queues.GetQueueClient(Queues.DatasetsCreated).SendAsync(created, JobJson.Default.BlobCreatedEvent, cancel);
    }

    // A check that was over before the last files came has a part of the set, and its report does not say so.
    private async Task TellLateAsync(DatasetRecord record, CancellationToken cancel)
    {
        var late = await lateFiles.FindAsync(record.Name, record.Drop, null, cancel);
        if (late is null || late.Files <= record.Late?.Files)
            return;
        var amended = await store.AmendAsync(
            record.Name,
            now => now.State != DatasetState.Checking && now.Drop == record.Drop ? now with { Late = late } : null,
            cancel
        );
        if (amended.Done)
            Log.DropLate(log, record.Name, late.Message);
    }

    // Without an owner the next message takes the drop; what is left of the old owner finds at its next progress that it is not its own.
    private async Task<bool> DisownedAsync(DatasetRecord record, CancellationToken cancel)
    {
        if (record.Owner is not { } owner)
            return true;
        if (!Lease.IsOver(owner, options.Lease, time.GetUtcNow()))
            return false;
        Log.DropRepaired(log, record.Name, "its owner is gone");
        return (
            await store.AmendAsync(
                record.Name,
                now =>
                    now.State == DatasetState.Checking && now.Drop == record.Drop && now.Owner == owner
                        ? now with
                        {
                            Owner = null,
                            RepairedAt = time.GetUtcNow(),
                        }
                        : null,
                cancel
            )
        ).Done;
    }

    private async Task<BlobProperties?> DescriptionAsync(string name, CancellationToken cancel)
    {
        try
        {
            return await _datasets.GetBlobClient(BlobPaths.DatasetSpec(name)).GetPropertiesAsync(cancellationToken: cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }
}
