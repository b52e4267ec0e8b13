using System.Text.Json;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Ends of jobs.</summary>
internal sealed class JobNotices(JobStore jobs) : INotices
{
    public async Task<Notice?> FindAsync(WorkId id, CancellationToken cancel) =>
        (await jobs.FindAsync(id, cancel))?.Value is { Webhook: { } webhook, Times.FinishedAt: { } ended } job && job.State.IsTerminal()
            ? new Notice(WebhookSubject.Job, id, job.Caller, webhook, ended, job.TraceParent, $"msg_{id}", () =>
                JsonSerializer.SerializeToUtf8Bytes(WebhookEvent.Of(job), JobJson.Default.WebhookEvent)
            )
            : null;

    public async Task<JobWebhook?> AmendAsync(Notice notice, Func<JobWebhook, JobWebhook?> change, CancellationToken cancel)
    {
        var amended = await jobs.AmendAsync(
            notice.Id,
            job => job.Webhook is { } now && change(now) is { } changed ? job with { Webhook = changed } : null,
            cancel
        );
        return amended is { Done: true, Document.Value.Webhook: var written } ? written : null;
    }
}
