using System.Text.Json;
using RoadSeg.Batches;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Ends of batches, or that a share of their photos has ended.</summary>
internal sealed class BatchNotices(BatchStore batches, WebhookSubject subject) : INotices
{
    public async Task<Notice?> FindAsync(WorkId id, CancellationToken cancel)
    {
        if ((await batches.FindAsync(id, cancel))?.Value is not { } batch)
            return null;
        var (webhook, at) =
            subject == WebhookSubject.BatchShare ? (batch.WebhookOfShare, batch.SteppedAt)
            : BatchRecord.HasEnded(batch.State) ? (batch.Webhook, batch.FinishedAt ?? batch.SteppedAt)
            : (null, default);
        if (webhook is null)
            return null;
        var type =
            subject == WebhookSubject.BatchShare ? "batch.progressed"
            : batch.State == BatchState.Completed ? "batch.completed"
            : batch.State == BatchState.Canceled ? "batch.canceled"
            : "batch.failed";

        // A batch whose photos are tried again ends again.
        var told = $"msg_{id}-{batch.Round}{(subject == WebhookSubject.BatchShare ? "-share" : "")}";
        var view = BatchView.Of(batch) with { Webhook = null, WebhookOfShare = null };
        return new Notice(subject, id, batch.Caller, webhook, at, batch.TraceParent, told, () =>
            JsonSerializer.SerializeToUtf8Bytes(new BatchEvent(type, at, view), BatchJson.Default.BatchEvent)
        );
    }

    public async Task<JobWebhook?> AmendAsync(Notice notice, Func<JobWebhook, JobWebhook?> change, CancellationToken cancel)
    {
        var amended = await batches.AmendAsync(
            notice.Id,
            batch =>
                Of(batch) is not { } now || change(now) is not { } changed ? null
                : subject == WebhookSubject.BatchShare ? batch with { WebhookOfShare = changed }
                : batch with { Webhook = changed },
            cancel
        );
        return amended is { Done: true, Document.Value: var written } ? Of(written) : null;
    }

    private JobWebhook? Of(BatchRecord batch) => subject == WebhookSubject.BatchShare ? batch.WebhookOfShare : batch.Webhook;
}
