using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets.Audits;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Queue dataset-audits-poison: an audit that failed as often as the host allows ends as failed instead of staying open.</summary>
internal sealed class FailPoisonedAudit(AuditStore store, ILogger<FailPoisonedAudit> log)
{
    [Function("FailPoisonedAudit")]
    public async Task RunAsync(
        [QueueTrigger(Queues.DatasetAudits + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (MessageBody.TryRead(message.Body, AuditJson.Default.AuditMessage) is not { } asked)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(FailPoisonedAudit), MessageBody.Start(message.Body));
            return;
        }

        // Where the sweep sent a newer message, that one decides.
        var last = (await store.FindAsync(asked.Dataset, asked.Version, cancel))?.Value.Setback;
        var failed = await store.TryFailAsync(
            asked.Dataset,
            asked.Version,
            new RoadSegException(
                ErrorCodes.AttemptsExhausted,
                $"The audit failed repeatedly{(last is null ? "" : $", last with {last.Error}: {last.Message.TrimEnd('.')}")}. Ask for it "
                    + "again; if it fails again, the service's log says more."
            ),
            record => record.Run == asked.Run && Lease.IsNewest(record.RepairedAt, asked.SentAt),
            cancel
        );
        if (failed.Done)
            Log.AuditFailed(log, asked.Dataset, asked.Version, ErrorCodes.AttemptsExhausted.Code, failed.Document!.Value.Failure!.Message);
    }
}
