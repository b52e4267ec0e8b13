using System.IO.Hashing;
using System.Text;
using System.Text.Json;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Queue webhook-deliveries, the outbox: notifies a receiver that a job has ended, again and again until it takes it, says that it
/// is gone, or a day has passed. At least once: the same id and the same bytes every time.</summary>
internal sealed class DeliverWebhook(
    JobStore jobs,
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

    [Function("DeliverWebhook")]
    public async Task RunAsync(
        [QueueTrigger(Queues.WebhookDeliveries, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        using var span = new InvocationSpan(nameof(DeliverWebhook), time);
        if (await DueAsync(message, cancel) is not var (job, attempt, trace))
            return;
        if (!receivers.TryBegin(job.Caller))
        {
            await PutOffAsync(job, attempt, cancel);
            return;
        }

        try
        {
            await AttemptAsync(job, attempt, trace, span, cancel);
        }
        finally
        {
            receivers.End(job.Caller);
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
        if (await DueAsync(message, cancel) is var (job, attempt, _))
            await SettleAsync(job, attempt, new WebhookOutcome(null, "the service failed to make the attempt"), cancel);
    }

    private async Task AttemptAsync(JobRecord job, int attempt, string? trace, InvocationSpan span, CancellationToken cancel)
    {
        span.Join(trace ?? job.TraceParent, job.Id);
        if (attempt == 1)
            span.Waited(StageSpan.WaitWebhook, job.Times.FinishedAt!.Value);
        span.End(StageSpan.Take);
        var url = new Uri(job.Webhook!.Url);
        if (!receivers.TryEnter(url))
        {
            // Counts as an attempt, so that the schedule goes on and ends for jobs that never come to try it.
            await SettleAsync(
                job,
                attempt,
                new WebhookOutcome(null, "not tried: the receiver did not answer another call just now"),
                cancel
            );
            return;
        }

        // Checkpoint 1: the receiver may have it. A crash from here to checkpoint 2 delivers this message again, and it is
        // posted again under the same id.
        var body = JsonSerializer.SerializeToUtf8Bytes(WebhookEvent.Of(job), JobJson.Default.WebhookEvent);
        var outcome = options.Enabled
            ? await client.PostAsync(url, $"msg_{job.Id}", body, cancel)
            : new WebhookOutcome(null, "this deployment has no secret to sign with");
        span.End(StageSpan.Deliver);
        if (outcome.Status is null)
            receivers.Silent(url);
        else
            receivers.Answered(url);
        await SettleAsync(job, attempt, outcome, cancel);
    }

    // The caller has enough calls under way. Counts as no attempt, so that many jobs that end at once use up none of their schedules; a day
    // ends it all the same.
    private Task PutOffAsync(JobRecord job, int attempt, CancellationToken cancel) =>
        time.GetUtcNow() - job.Times.FinishedAt < options.GiveUpAfter
            ? SendAsync(job, attempt, UntilRoom, cancel)
            : SettleAsync(job, attempt, new WebhookOutcome(null, "not tried: the caller's other calls took too long"), cancel);

    // The attempt that a message asks for, unless it was made already or nothing is left to deliver.
    private async Task<(JobRecord Job, int Attempt, string? TraceParent)?> DueAsync(QueueMessage message, CancellationToken cancel)
    {
        if (MessageBody.TryRead(message.Body, JobJson.Default.WebhookMessage) is not { Attempt: > 0 } due)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(DeliverWebhook), MessageBody.Start(message.Body));
            return null;
        }

        var job = (await jobs.FindAsync(due.JobId, cancel))?.Value;
        if (job is { Webhook: { DeliveredAt: null, GivenUpAt: null } webhook } && job.State.IsTerminal())
        {
            if (Last(webhook) < due.Attempt)
                return (job, due.Attempt, due.TraceParent);

            // This attempt was made, but what made it may have died before it sent for the next one.
            if (webhook.Deliveries[^1] is { NextAt: { } next } last && last.Attempt == due.Attempt)
                await SendAsync(job, due.Attempt + 1, next - time.GetUtcNow(), cancel);
        }

        Log.MessageIgnored(log, due.JobId, message.MessageId, job?.State);
        return null;
    }

    private async Task SettleAsync(JobRecord job, int attempt, WebhookOutcome outcome, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var delay =
            outcome.Delivered || outcome.Gone
                ? null
                : options.Delay(now - job.Times.FinishedAt!.Value, Spread(job.Id, attempt), outcome.RetryAfter);
        var delivery = new WebhookDelivery(attempt, now, outcome.Status, outcome.Error, now + delay);

        // Checkpoint 2: the attempt stands in the record. A crash from here to checkpoint 3 delivers this message again,
        // and the next attempt is sent for then.
        var amended = await jobs.AmendAsync(job.Id, record => Amended(record, delivery, outcome.Delivered), cancel);
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
            Log.WebhookDelivered(log, job.Id, attempt);
        else
            Log.WebhookFailed(log, job.Id, attempt, outcome.Status, outcome.Error, delivery.NextAt);

        // Checkpoint 3: the next attempt is in the queue, hidden until it is due. Sent for by whose attempt stands in the record.
        if (delay is { } wait && amended.Done)
            await SendAsync(job, attempt + 1, wait, cancel);
    }

    // Of two messages about the same attempt the first one is kept, and a success in any case.
    private static JobRecord? Amended(JobRecord record, WebhookDelivery delivery, bool delivered)
    {
        if (record.Webhook is not { DeliveredAt: null, GivenUpAt: null } webhook || (!delivered && Last(webhook) >= delivery.Attempt))
            return null;
        return record with
        {
            Webhook = webhook with
            {
                Deliveries = [.. webhook.Deliveries.TakeLast(MostDeliveries - 1), delivery],
                DeliveredAt = delivered ? delivery.At : null,
                GivenUpAt = delivered || delivery.NextAt is not null ? null : delivery.At,
            },
        };
    }

    private static int Last(JobWebhook webhook) => webhook.Deliveries is [.., var last] ? last.Attempt : 0;

    // 0 to 1, the same whenever it is asked.
    private static double Spread(WorkId id, int attempt) =>
        Crc32.HashToUInt32(Encoding.ASCII.GetBytes($"{id} {attempt}")) / (double)uint.MaxValue;

    private async Task SendAsync(JobRecord job, int attempt, TimeSpan delay, CancellationToken cancel) =>
        await queues
            .GetQueueClient(Queues.WebhookDeliveries)
            .SendAsync(
                new WebhookMessage(job.Id, attempt, JobTrace.Of(job)),
                JobJson.Default.WebhookMessage,
                cancel,
                TimeSpan.FromSeconds(Math.Max(0, Math.Ceiling(delay.TotalSeconds)))
            );
}
