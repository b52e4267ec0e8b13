using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets.Audits;
using RoadSeg.Functions.Storage;
using RoadSeg.Functions.Work;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Timer: looks at every audit that has not ended and does what a lost message or a dead process left undone. Doing it twice
/// changes nothing.</summary>
internal sealed class AuditSweep(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    AuditStore store,
    WorkOptions options,
    TimeProvider time,
    ILogger<AuditSweep> log
)
{
    private readonly BlobContainerClient _active = blobs.GetBlobContainerClient(Containers.AuditsActive);

    [Function("SweepAudits")]
    public Task TickAsync([TimerTrigger("30 * * * * *", UseMonitor = false)] TimerInfo timer, CancellationToken cancel) => RunAsync(cancel);

    public Task RunAsync(CancellationToken cancel) =>
        RepairPass.RunAsync(
            _active.GetBlobsAsync(BlobTraits.None, BlobStates.None, null, cancel),
            async (marker, stop) =>
            {
                if (
                    time.GetUtcNow() - marker.Properties.LastModified < options.SweepAfter
                    || marker.Name.Split('/') is not [var dataset, var version]
                )
                    return;
                if ((await store.FindAsync(dataset, version, stop))?.Value is { } audit)
                    await RepairAsync(audit, stop);
                else if (time.GetUtcNow() - marker.Properties.LastModified > options.Lease)
                    await _active.DeleteBlobIfExistsAsync(marker.Name, cancellationToken: stop);
            },
            (marker, e) => Log.AuditSweepFailed(log, marker.Name, e),
            cancel
        );

    private async Task RepairAsync(AuditRecord audit, CancellationToken cancel)
    {
        if (AuditRecord.HasEnded(audit.State))
        {
            await store.SettleAsync(audit, cancel);
        }
        else if (audit.Owner is null)
        {
            if (
                await queues
                    .GetQueueClient(Queues.DatasetAudits)
                    .MayHoldAsync(AuditJson.Default.AuditMessage, message => message.Run == audit.Run, cancel)
            )
                return;
            Log.AuditRepaired(log, audit.Dataset, audit.Version, "its message was lost");
            await store.SendAsync(audit, cancel);
        }
        else if (Lease.IsOver(audit.Owner, options.Lease, time.GetUtcNow()))
        {
            // Without an owner the next message takes the audit; a process of the old one that wakes up finds itself shut out.
            Log.AuditRepaired(log, audit.Dataset, audit.Version, "its process is gone");
            var disowned = await store.AmendAsync(
                audit.Dataset,
                audit.Version,
                now => now.Run == audit.Run && now.Owner == audit.Owner ? now with { Owner = null, RepairedAt = time.GetUtcNow() } : null,
                cancel
            );
            if (disowned.Done)
                await store.SendAsync(audit, cancel);
        }
    }
}
