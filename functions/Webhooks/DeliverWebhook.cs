using System.IO.Hashing;
using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Batches;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Queue webhook-deliveries, the outbox: notifies a receiver that a job or batch has ended, again and again until it takes it,
/// says that it is gone, or a day has passed. At least once: the same id and the same bytes every time.</summary>
internal sealed class DeliverWebhook(
    JobStore jobs,
    BatchStore batches,
    QueueServiceClient queues,
    WebhookClient client,
    Receivers receivers,
    WebhookOptions options,
    TimeProvider time,
    ILogger<DeliverWebhook> log
)
{
    private const int MostDeliveries = 20;
    private static readonly TimeSpan UntilRoom = TimeSpan.FromSeconds(5);

    private readonly INotices _jobs = new JobNotices(jobs),
        _batches = new BatchNotices(batches, WebhookSubject.Batch),
        _shares = new BatchNotices(batches, WebhookSubject.BatchShare);

    [Function("DeliverWebhook")]
    public async Task RunAsync(
        [QueueTrigger(Queues.WebhookDeliveries, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        using var span = new InvocationSpan(nameof(DeliverWebhook), time);
        if (await DueAsync(message, cancel) is not var (notice, attempt, trace))
            return;
        var url = new Uri(notice.Webhook.Url);
        if (!receivers.TryBegin(notice.Caller))
        {
            await PutOffAsync(notice, attempt, UntilRoom, "the caller's other calls took too long", cancel);
            return;
        }

        try
        {
            // Whoever asks for a delivery has mended the receiver: that call is made at once.
            if (!IsAskedFor(notice.Webhook) && receivers.Reserve(notice.Caller, url) is { } pause)
                await PutOffAsync(notice, attempt, pause, "the receiver did not answer other calls", cancel);
            else
                await AttemptAsync(notice, url, attempt, trace, span, cancel);
        }
        finally
        {
            receivers.End(notice.Caller);
        }
    }

    /// <summary>Queue webhook-deliveries-poison: the service itself failed at an attempt as often as the host allows. The schedule goes
    /// on.</summary>
    [Function("FailPoisonedWebhook")]
    public async Task PoisonedAsync(
        [QueueTrigger(Queues.WebhookDeliveries + Queues.PoisonSuffix, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (await DueAsync(message, cancel) is var (notice, attempt, _))
            await SettleAsync(
                notice,
                attempt,
                new WebhookOutcome(null, "the service failed to make the attempt"),
                time.GetUtcNow(),
                cancel
            );
    }

    private async Task AttemptAsync(Notice notice, Uri url, int attempt, string? trace, InvocationSpan span, CancellationToken cancel)
    {
        span.Join(trace ?? notice.TraceParent, notice.Id);
        if (attempt == 1)
            span.Waited(StageSpan.WaitWebhook, notice.Since);
        span.End(StageSpan.Take);

        // Checkpoint 1: the receiver may have it. A crash from here to checkpoint 2 delivers this message again, and it is
        // posted again under the same id.
        var begun = time.GetUtcNow();
        var outcome = options.Enabled
            ? await client.PostAsync(url, notice.MessageId, notice.Body(), cancel)
            : new WebhookOutcome(null, "this deployment has no secret to sign with");
        span.End(StageSpan.Deliver);
        if (outcome.Status is null)
            receivers.Silent(notice.Caller, url);
        else
            receivers.Answered(notice.Caller, url);
        await SettleAsync(notice, attempt, outcome with { Took = time.GetUtcNow() - begun }, begun, cancel);
    }

    // No call was made: that counts as no attempt and uses up nothing of the schedule, and the message comes again when the call may be
    // made. A day ends it all the same; what waits long by then looks more seldom, so that a receiver which is gone costs little.
    private Task PutOffAsync(Notice notice, int attempt, TimeSpan until, string why, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var elapsed = now - Begun(notice);
        if (elapsed >= options.GiveUpAfter)
            return SettleAsync(notice, attempt, new WebhookOutcome(null, $"not tried: {why}"), now, cancel);
        var seldom = elapsed > options.SteadyFor ? elapsed / 8 : TimeSpan.Zero;
        return SendAsync(notice, attempt, until > seldom ? until : seldom, cancel);
    }

    private static bool IsAskedFor(JobWebhook webhook) =>
        webhook.RestartedAt is { } again && (webhook.Deliveries is not [.., var last] || last.At <= again);

    // The schedule begins when the job has ended, and anew when its caller asks for it.
    private static DateTimeOffset Begun(Notice notice) => notice.Webhook.RestartedAt ?? notice.Since;

    // The attempt that a message asks for, unless it was made already or nothing is left to deliver.
    private async Task<(Notice Notice, int Attempt, string? TraceParent)?> DueAsync(QueueMessage message, CancellationToken cancel)
    {
        if (MessageBody.TryRead(message.Body, JobJson.Default.WebhookMessage) is not { Attempt: > 0 } due)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(DeliverWebhook), MessageBody.Start(message.Body));
            return null;
        }

        if (await Of(due.Subject).FindAsync(due.JobId, cancel) is { Webhook: { DeliveredAt: null, GivenUpAt: null } webhook } notice)
        {
            if (Last(webhook) < due.Attempt)
                return (notice, due.Attempt, due.TraceParent);

            // This attempt was made, but what made it may have died before it sent for the next one.
            if (webhook.Deliveries[^1] is { NextAt: { } next } last && last.Attempt == due.Attempt)
                await SendAsync(notice, due.Attempt + 1, next - time.GetUtcNow(), cancel);
        }

        Log.MessageIgnored(log, due.JobId, message.MessageId, null);
        return null;
    }

    private async Task SettleAsync(Notice notice, int attempt, WebhookOutcome outcome, DateTimeOffset begun, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var delay =
            outcome.Delivered || outcome.Gone ? null : options.Delay(now - Begun(notice), Spread(notice.Id, attempt), outcome.RetryAfter);
        var delivery = new WebhookDelivery(attempt, begun, outcome.Status, outcome.Error, now + delay, outcome.Took?.TotalMilliseconds);

        // Checkpoint 2: the attempt stands in the record. A crash from here to checkpoint 3 delivers this message again,
        // and the next attempt is sent for then.
        var amended = await Of(notice.Subject)
            .AmendAsync(notice, webhook => Amended(webhook, notice.Webhook, delivery, outcome.Delivered, now), cancel);
        Metrics.Notified(
            outcome switch
            {
                { Delivered: true } => "delivered",
                { Gone: true } => "gone",
                { Status: not null } => "refused",
                _ => "no-answer",
            }
        );
        if (outcome.Delivered)
            Log.WebhookDelivered(log, notice.Id, attempt);
        else
            Log.WebhookFailed(log, notice.Id, attempt, outcome.Status, outcome.Error, delivery.NextAt);

        // Checkpoint 3: the next attempt is in the queue, hidden until it is due. Sent for by whose attempt stands in the record.
        if (amended is { Deliveries: [.., { NextAt: { } due }] })
            await SendAsync(notice, attempt + 1, due - now, cancel);
    }

    // Of two messages about the same attempt the first one is kept, and a success in any case.
    private static JobWebhook? Amended(JobWebhook webhook, JobWebhook begun, WebhookDelivery delivery, bool delivered, DateTimeOffset now)
    {
        if (webhook is not { DeliveredAt: null, GivenUpAt: null } || (!delivered && Last(webhook) >= delivery.Attempt))
            return null;

        // Its caller asked for it again while this attempt was under way, and the message for that counts as this one: the next is due.
        if (!delivered && webhook.RestartedAt != begun.RestartedAt)
            delivery = delivery with { NextAt = now };
        return webhook with
        {
            Deliveries = [.. webhook.Deliveries.TakeLast(MostDeliveries - 1), delivery],
            DeliveredAt = delivered ? delivery.At : null,
            GivenUpAt = delivered || delivery.NextAt is not null ? null : delivery.At,
        };
    }

    private INotices Of(WebhookSubject subject) =>
        subject switch
        {
            WebhookSubject.Batch => _batches,
            WebhookSubject.BatchShare => _shares,
            _ => _jobs,
        };

    private static int Last(JobWebhook webhook) => webhook.Deliveries is [.., var last] ? last.Attempt : 0;

    // 0 to 1, the same whenever it is asked.
    private static double Spread(WorkId id, int attempt) =>
        Crc32.HashToUInt32(Encoding.ASCII.GetBytes($"{id} {attempt}")) / (double)uint.MaxValue;

    private async Task SendAsync(Notice notice, int attempt, TimeSpan delay, CancellationToken cancel) =>
        await queues
            .GetQueueClient(Queues.WebhookDeliveries)
            .SendAsync(
                new WebhookMessage(notice.Id, attempt, JobTrace.Of(notice.TraceParent), notice.Subject),
                JobJson.Default.WebhookMessage,
                cancel,
                TimeSpan.FromSeconds(Math.Max(0, Math.Ceiling(delay.TotalSeconds)))
            );
}
