using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Work;

/// <summary>Takes runs from the queue, one at a time, and works on each until it has ended.</summary>
internal sealed class TrainingWorker(WorkPlace place)
{
    private static readonly TimeSpan AgainSoon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CacheKept = TimeSpan.FromDays(30);
    private static readonly RoadSegException Exhausted = new(
        ErrorCodes.AttemptsExhausted,
        "Workers died or failed on this run several times; its log says what they were at. Mend that, then start the run again."
    );

    private readonly QueueClient _queue = place.Storage.Queues.GetQueueClient(Queues.TrainingJobs);

    /// <param name="untilEmpty">Ends when no message waits; else it looks again for ever.</param>
    /// <param name="stop">Ends it: a run under way is stored and handed back.</param>
    public async Task RunAsync(bool untilEmpty, CancellationToken stop)
    {
        var (presence, self) = (new TrainerPresence(place.Storage.Blobs, place.Time), Guid.NewGuid().ToString("N"));
        await presence.SayAsync(self, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await using (new Heartbeat(TrainerPresence.Pace, Present, place.Time))
            await TakeAllAsync(untilEmpty, stop);
        await presence.LeaveAsync(self, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task<bool> Present(CancellationToken done)
        {
            await presence.SayAsync(self, done);
            return true;
        }
    }

    private async Task TakeAllAsync(bool untilEmpty, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await TakeAsync() is { } message)
            {
                await using var lease = new MessageLease(_queue, message, place.Options.Lock, place.Time);
                try
                {
                    await HandleAsync(lease, stop);
                }
                catch (Exception e) when (e is RequestFailedException or AggregateException)
                {
                    Say($"Storage did not answer ({FirstLine(e)}); the message comes again when its lock has run out.");
                }
            }
            else if (untilEmpty)
            {
                return;
            }
            else
            {
                await Task.Delay(place.Options.Poll, place.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<QueueMessage?> TakeAsync()
    {
        try
        {
            // Not canceled midway: storage would hide a message that nobody got.
            return (await _queue.ReceiveMessageAsync(place.Options.Lock)).Value;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            Say($"The queue {_queue.Name} could not be read and is tried again: {FirstLine(e)}");
            await Task.Delay(place.Options.Poll, place.Time);
            return null;
        }
    }

    private async Task HandleAsync(MessageLease lease, CancellationToken stop)
    {
        if (MessageBody.TryRead(lease.Message.Body, TrainingJson.Default.TrainingMessage) is not { TrainingId: var id })
        {
            Say($"A message that names no training run was dropped: {lease.Message.MessageId}");
            await lease.DeleteAsync();
            return;
        }

        TrainingRecord? run = null;
        try
        {
            if (await IsExhaustedAsync(id, lease.Message))
            {
                await FailAsync(id, Exhausted, now => Lease.MayTake(now.Owner, lease.Message.MessageId));
                await lease.DeleteAsync();
                return;
            }

            run = await ClaimAsync(id, lease.Message.MessageId);
            if (run is null)
            {
                Say($"Run {id}: message {lease.Message.MessageId} changes nothing.");
                await lease.DeleteAsync();
                return;
            }

            await WorkAsync(run, lease, stop);
            Say($"Run {id}: ended. {await OutcomeAsync(id)}");
            await lease.DeleteAsync();
        }
        catch (OvertakenException) when (!lease.Lost.IsCancellationRequested)
        {
            Say($"Run {id}: canceled, or another worker's now.");
            await lease.DeleteAsync();
        }
        catch (Exception e) when (lease.Lost.IsCancellationRequested)
        {
            // The message may be with another worker already: nothing of it is touched.
            Say($"Run {id}: the message was lost ({e.GetType().Name}); whoever gets it goes on.");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Say($"Run {id}: stored, and handed back.");
            await HandBackAsync(run!, lease);
        }
        catch (Exception e) when (Cause(e) is { } cause)
        {
            Say($"Run {id}: failed with {cause.Code}: {cause.Message}");
            await FailAsync(id, cause, now => run is null || now.Attempt == run.Attempt);
            await lease.DeleteAsync();
        }
#pragma warning disable CA1031 // The boundary of a message: whatever went wrong is said, and the message comes again until too often.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Say($"Run {id}: {e}\nIt is tried again.");
            await lease.GiveBackAsync(AgainSoon);
        }
    }

    private async Task<string> OutcomeAsync(WorkId id)
    {
        if ((await place.Runs.FindAsync(id, CancellationToken.None))?.Value is not { Version: { } version, Gate: { } gate })
            return "";
        var refused = gate.Checks.Where(static check => !check.Passed).Select(static check => check.Name);
        return gate.Passed
            ? $"{version} passed the gate."
            : $"{version} did not pass the gate ({string.Join(", ", refused)}) and stays a candidate.";
    }

    // A machine that is taken away often may need many deliveries: those up to the newest checkpoint got the run somewhere.
    private async Task<bool> IsExhaustedAsync(WorkId id, QueueMessage message)
    {
        if (message.DequeueCount <= WorkOptions.MaxDeliveries)
            return false;
        var fruitful =
            await place.Runs.FindAsync(id, CancellationToken.None) is { Value: var run } && run.Owner?.MessageId == message.MessageId
                ? run.FruitfulDeliveries
                : 0;
        return message.DequeueCount - fruitful > WorkOptions.MaxDeliveries;
    }

    // Checkpoint 0: the record names this message, and the attempt is counted. The same message delivered again proves that its former
    // delivery ended, so it takes over; another one about an owned run is a duplicate.
    private async Task<TrainingRecord?> ClaimAsync(WorkId id, string message)
    {
        var claimed = await place.Runs.TryMoveAsync(
            id,
            TrainingState.Running,
            now =>
                now.State.IsTerminal() || !Lease.MayTake(now.Owner, message)
                    ? null
                    : now with
                    {
                        Owner = new WorkOwner(message, place.Time.GetUtcNow()),
                        Attempt = now.Attempt + 1,
                        FruitfulDeliveries = now.Owner is null ? 0 : now.FruitfulDeliveries,
                    },
            CancellationToken.None
        );
        if (!claimed.Done && claimed.Document?.Value.State.IsTerminal() == true)
            await place.Runs.SettleAsync(claimed.Document.Value, CancellationToken.None);
        return claimed.Done ? claimed.Document!.Value : null;
    }

    private async Task WorkAsync(TrainingRecord run, MessageLease lease, CancellationToken stop)
    {
        var runs = Directory.CreateDirectory(Path.Combine(place.Options.Folder, "runs"));
        foreach (var earlier in runs.GetDirectories($"{run.Id}-*"))
            earlier.Delete(recursive: true);
        foreach (var cache in new[] { place.Options.Curated, place.Options.Models })
            VersionCache.Trim(cache, CacheKept, place.Time.GetUtcNow());
        var folder = runs.CreateSubdirectory($"{run.Id}-{run.Attempt}");
        try
        {
            Say($"Run {run.Id}: attempt {run.Attempt} begins.");
            await new TrainingAttempt(place, run, lease.Message.DequeueCount, folder.FullName).RunAsync(lease.Lost, stop);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // A worker that ends in good order is no failed delivery: a message of its own takes the place of this one, whose deliveries are
    // counted. A crash before the new one is sent leaves the old one, which finds no owner and takes the run as well.
    private async Task HandBackAsync(TrainingRecord run, MessageLease lease)
    {
        var freed = await place.Runs.AmendAsync(
            run.Id,
            now => now.Attempt == run.Attempt && Lease.IsHeldBy(now.Owner, lease.Message.MessageId) ? now with { Owner = null } : null,
            CancellationToken.None
        );
        if (freed.Done)
            await place.Runs.SendAsync(run.Id, CancellationToken.None);
        await lease.DeleteAsync();
    }

    private Task<Change<TrainingRecord>> FailAsync(WorkId id, RoadSegException cause, Func<TrainingRecord, bool> ours) =>
        place.Runs.TryFailAsync(id, cause, ours, CancellationToken.None);

    // What trying again would not mend.
    internal static RoadSegException? Cause(Exception failure) =>
        failure switch
        {
            RoadSegException known => known.IsTransient ? null : known,
            // This machine's disk is full or gone: another one, or this one when there is room, goes on from the stored checkpoint.
            TrainerException { InnerException: IOException and not EndOfStreamException } => null,
            TrainerException refused => new RoadSegException(ErrorCodes.TrainingInvalid, refused.Message, refused),
            _ => null,
        };

    private static string FirstLine(Exception e) => e.Message.Split('\n')[0];

    private void Say(string line) => place.Output.WriteLine(line);
}
