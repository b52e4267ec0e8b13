using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Queue batch-steps: makes the next step of a batch and sends for the one after. A step is short, and made once: the record says
/// which is next.</summary>
internal sealed class RunBatch(
    BatchStore store,
    BatchListing listing,
    BatchClips clips,
    BatchFeed feed,
    BatchManifests manifests,
    BatchArchiver archiver,
    BatchTallies tallies,
    TimeProvider time,
    ILogger<RunBatch> log
)
{
    private static readonly TimeSpan Busy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(3);

    [Function("RunBatch")]
    public async Task RunAsync(
        [QueueTrigger(Queues.BatchSteps, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (MessageBody.TryRead(message.Body, BatchJson.Default.BatchMessage) is not { } asked)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(RunBatch), MessageBody.Start(message.Body));
            return;
        }

        var found = (await store.FindAsync(asked.Batch, cancel))?.Value;
        if (found is not { HasSteps: true } batch || batch.Step != asked.Step)
        {
            Log.BatchIgnored(log, asked.Batch, message.MessageId);
            await LetGoAsync(found, cancel);
            return;
        }

        // Checkpoint 1: what the step makes is stored, under names that the same step gives again: lists, records and messages of jobs,
        // parts of manifest and archive. A crash from here to checkpoint 2 delivers the message again, which makes the step again.
        BatchRecord stepped;
        try
        {
            stepped = await StepAsync(batch, cancel);
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            var failed = await store.TryMoveAsync(
                batch.Id,
                BatchState.Failed,
                now => now.Step == batch.Step && now.State == batch.State ? now.FailedFor(WorkFailure.Of(e)) : null,
                cancel
            );
            if (failed.Done)
                Log.BatchFailed(log, batch.Id, e.Code.Code, e.Message);
            await LetGoAsync(failed.Document?.Value, cancel);
            return;
        }

        // Checkpoint 2: the record says what is done and which step is next. A crash before checkpoint 3 leaves it without a message, which
        // the sweep sends. What was asked for meanwhile (a cancel, an archive) stays.
        if (await WriteAsync(batch, stepped, cancel) is not { } after)
        {
            Log.BatchIgnored(log, asked.Batch, message.MessageId);
            await LetGoAsync((await store.FindAsync(batch.Id, cancel))?.Value, cancel);
            return;
        }

        if (stepped.Clip?.Overlay is not null && after.Clip?.Overlay is null)
            await clips.DeleteOverlaysAsync(after.Id, cancel);
        foreach (var archive in stepped.Archives.Where(made => after.Archives.All(kept => kept.Id != made.Id)))
            await archiver.DeleteAsync(batch.Id, archive.Id, cancel);
        if (batch.WebhookOfShare is null && after.WebhookOfShare is not null)
            await store.NotifyAsync(after, WebhookSubject.BatchShare, cancel);

        // Canceled while its frames were taken.
        await LetGoAsync(after, cancel);
        if (after.State != batch.State)
            Log.BatchMoved(log, after.Id, after.State, after.Total);

        // Checkpoint 3: the next step is sent for.
        if (after.HasSteps)
            await store.SendAsync(after, Pause(batch, after), cancel);
        else
            await store.RestAsync(after, cancel);
    }

    private async Task<BatchRecord> StepAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (batch.State == BatchState.Listing)
            return await (batch.Source.Clip is null ? listing.StepAsync(batch, cancel) : clips.ListAsync(batch, cancel));
        var tally = await tallies.OfAsync(batch, cancel);
        if (BatchRecord.HasEnded(batch.State))
        {
            var due = batch.Archives.First(static archive => archive.FinishedAt is null);
            var made = await archiver.StepAsync(batch, due, tally, cancel);
            return batch with { Archives = [.. batch.Archives.Select(archive => archive.Id == made.Id ? made : archive)] };
        }

        if (batch.State == BatchState.Canceling)
            await feed.CancelAsync(batch, tally, cancel);
        else
            batch = batch with { Next = await feed.StepAsync(batch, tally, tally.Count(batch).UnderWay, cancel) };
        batch = Counted(batch, (await tallies.OfAsync(batch, cancel)).Count(batch));
        if (batch.Counts!.UnderWay > 0 || (batch.State == BatchState.Running && batch.Next < batch.Total))
            return batch;
        var manifested = batch.Manifested;
        batch = batch with { Manifested = await manifests.StepAsync(batch, tally, cancel) };

        // What takes minutes is a step of its own, which the sweep gives that time.
        if (batch.Manifested < BatchItems.Lists(batch.Total) || (batch.Clip is { Overlay: null } && batch.Manifested > manifested))
            return batch;
        if (batch.State == BatchState.Canceling)
        {
            await clips.LeaveAsync(batch, tally, cancel);
            return batch with { State = BatchState.Canceled };
        }

        if (batch.Clip is { Overlay: null })
        {
            if (await clips.OverlayAsync(batch, tally, cancel) is not { } clip)
                return batch;
            batch = batch with { Clip = clip };
        }

        return batch with
        {
            State = BatchState.Completed,
        };
    }

    private Task LetGoAsync(BatchRecord? batch, CancellationToken cancel) =>
        batch is null ? Task.CompletedTask : clips.LetGoAsync(batch, cancel);

    private BatchRecord Counted(BatchRecord batch, BatchCounts counts)
    {
        var (now, ended) = (time.GetUtcNow(), batch.Total - counts.Waiting - counts.UnderWay);
        return batch with
        {
            Counts = counts,
            Pace = batch.Pace?.Then(ended, now) ?? new BatchPace(ended, now),
            WebhookOfShare =
                batch.WebhookOfShare is null && batch.Webhook is { } webhook && ended >= batch.WebhookAt * batch.Total
                    ? new JobWebhook { Url = webhook.Url }
                    : batch.WebhookOfShare,
        };
    }

    // Null where another made the step.
    private async Task<BatchRecord?> WriteAsync(BatchRecord before, BatchRecord stepped, CancellationToken cancel)
    {
        var change =
            stepped.State == before.State
                ? default
                : await store.TryMoveAsync(
                    before.Id,
                    stepped.State,
                    now => now.Step == before.Step && now.State == before.State ? Merged(now) : null,
                    cancel
                );
        if (!change.Done)
            change = await store.AmendAsync(before.Id, now => now.Step == before.Step ? Merged(now) : null, cancel);
        return change is { Done: true, Document.Value: var after } ? after : null;

        BatchRecord Merged(BatchRecord now)
        {
            var next = now with { Step = now.Step + 1, SteppedAt = time.GetUtcNow() };
            return now.Round != before.Round
                ? next
                : next with
                {
                    Archives = [.. now.Archives.Select(kept => stepped.Archives.FirstOrDefault(made => made.Id == kept.Id) ?? kept)],
                    Total = stepped.Total,
                    ListedTo = stepped.ListedTo,
                    Next = stepped.Next,
                    Counts = stepped.Counts,
                    Pace = stepped.Pace,
                    Manifested = stepped.Manifested,
                    WebhookOfShare = stepped.WebhookOfShare,

                    // A frame that was erased meanwhile may be in what was made of the others.
                    Clip = now.Clip?.Erased == before.Clip?.Erased ? stepped.Clip : now.Clip,
                };
        }
    }

    // Between steps that wait for jobs there is a pause; those that make something follow at once.
    private static TimeSpan Pause(BatchRecord before, BatchRecord after) =>
        before is { State: BatchState.Listing, Source.Clip: not null, Clip: null } && after.Clip is null ? Quiet
        : after.State is not (BatchState.Running or BatchState.Canceling)
        || before.State != after.State
        || before.Manifested != after.Manifested
            ? TimeSpan.Zero
        : before.Counts == after.Counts && before.Next == after.Next ? Quiet
        : Busy;
}
