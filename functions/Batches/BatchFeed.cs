using System.Diagnostics;
using Azure.Storage.Queues;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Gives the photos of a batch their jobs, in the bulk lane, as many at a time as may be under way. An id says which photo and
/// which round a job is of, so that a step that is made twice makes nothing twice.</summary>
internal sealed class BatchFeed(
    BatchFiles files,
    BatchLog log,
    JobStore jobs,
    QueueServiceClient queues,
    BatchOptions options,
    TimeProvider time
)
{
    private const int AtOnce = 16;

    // Of jobs that were there before, those that are looked at again in a step.
    private const int LookedAt = 100;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    private readonly QueueClient _bulk = queues.GetQueueClient(Queues.Uploads(WorkLane.Bulk));

    /// <summary>Feeds on.</summary>
    /// <returns>The index before which every photo has its job of this round, or needs none.</returns>
    public async Task<int> StepAsync(BatchRecord batch, BatchTally tally, int underWay, CancellationToken cancel)
    {
        var (began, next, room) = (time.GetTimestamp(), batch.Next, Math.Max(0, options.WindowOf(batch.Pace) - underWay));
        if (batch is { Round: 0, Source.IsOfJobs: true })
            await LookAsync(batch, tally, cancel);
        while (next < batch.Total && room > 0 && time.GetElapsedTime(began) < Longest)
        {
            var (list, at) = Math.DivRem(next, BatchItems.OfList);
            var items = await files.ListAsync(batch.Id, list, cancel);
            var due = new List<(int Index, BatchItem Item)>();
            for (; at < items.Count && next < batch.Total && due.Count < room; at++, next++)
            {
                if (!tally.IsSettled(next, batch.Round))
                    due.Add((next, items[at]));
            }

            room -= due.Count;
            await OverAsync(batch, due, FeedAsync, cancel);
        }

        return next;
    }

    /// <summary>Cancels what is under way.</summary>
    public async Task CancelAsync(BatchRecord batch, BatchTally tally, CancellationToken cancel)
    {
        // Jobs that were there before are under way whether the batch had come to them or not.
        var end = batch is { Round: 0, Source.IsOfJobs: true } ? batch.Total : batch.Next;
        for (var list = 0; list * BatchItems.OfList < end; list++)
        {
            var first = list * BatchItems.OfList;
            var live = Enumerable
                .Range(first, Math.Min(BatchItems.OfList, end - first))
                .Where(index => !tally.IsSettled(index, batch.Round))
                .ToList();
            if (live.Count == 0)
                continue;
            var items = await files.ListAsync(batch.Id, list, cancel);
            await OverAsync(batch, [.. live.Select(index => (index, items[index - first]))], CancelAsync, cancel);
        }
    }

    // The line of what ended without a job of the batch, which would write it itself; null for all others.
    private async Task<BatchLine?> FeedAsync(BatchRecord batch, int index, BatchItem item, CancellationToken cancel)
    {
        if (item.IsErased)
            return new BatchLine(index, batch.Round, JobState.Canceled);
        if (item.Job is not { } before)
        {
            await BeginAsync(batch, index, OfBatch(batch, item), cancel);
            return null;
        }

        // What was said of a job that was there holds for another try of it.
        var there = (await jobs.FindAsync(before, cancel))?.Value;
        if (batch.Round == 0 || there is null or { ErasedAt: not null } or { State: JobState.Succeeded })
            return LineOf(batch, index, there);
        await BeginAsync(batch, index, there, cancel);
        return null;
    }

    private static JobRecord OfBatch(BatchRecord batch, BatchItem item) =>
        new()
        {
            Id = batch.Id,
            State = JobState.AwaitingUpload,
            // A photo that failed may have been replaced by a better one.
            Source = batch.Round == 0 ? item.Source! : item.Source! with { ETag = null },
            Captured = item.Captured,
            Model = batch.Model,
            Tags = batch.Tags,
            Privacy = batch.Privacy,
            Redact = batch.Redact,
            Detail = batch.Detail,
            Times = new JobTimes { CreatedAt = batch.CreatedAt },
        };

    // The record first: a crash before the message leaves a job whose message the next step sends, or the sweep of jobs.
    private async Task BeginAsync(BatchRecord batch, int index, JobRecord like, CancellationToken cancel)
    {
        var (id, source) = (batch.Id.OfItem(index, batch.Round), like.Source);
        var created = await jobs.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = JobState.AwaitingUpload,
                Caller = batch.Caller,
                Source = source,
                Captured = like.Captured,
                Model = like.Model,
                Tags = like.Tags,
                Privacy = like.Privacy,
                Redact = like.Redact,
                Detail = like.Detail,
                Lane = WorkLane.Bulk,
                Batch = new BatchPlace(batch.Id, index, batch.Round, BatchItems.LogOf(index, batch.Total)),
                Times = new JobTimes { CreatedAt = time.GetUtcNow() },
                TraceParent = batch.TraceParent is null ? null : NewTrace(),
            },
            cancel
        );
        if (created.Document is { Value.State: JobState.AwaitingUpload })
            await _bulk.SendAsync(
                BlobCreatedEvent.For(source.Container, source.Path, source.ETag ?? "", 0, time.GetUtcNow(), id),
                JobJson.Default.BlobCreatedEvent,
                cancel
            );
    }

    // A trace of its own, as every job has: one of a hundred thousand photos nobody can look at.
    private static string NewTrace() => $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-01";

    private async Task<BatchLine?> CancelAsync(BatchRecord batch, int index, BatchItem item, CancellationToken cancel)
    {
        var canceled = await jobs.TryMoveAsync(
            item.JobOf(batch.Id, index, batch.Round),
            JobState.Canceled,
            static job => job.State.IsTerminal() ? null : job,
            cancel
        );

        // The batch's own jobs write their lines; without a job, and of one that was there before, the line is written here.
        return canceled.Document is not { Value: var job } ? new BatchLine(index, batch.Round, JobState.Canceled)
            : job.Batch?.Batch == batch.Id ? null
            : LineOf(batch, index, job);
    }

    // Jobs end about in the order they were made in, and the list has the newest first.
    private async Task LookAsync(BatchRecord batch, BatchTally tally, CancellationToken cancel)
    {
        var live = new List<int>();
        for (var index = batch.Next - 1; index >= 0 && live.Count < LookedAt; index--)
        {
            if (!tally.IsSettled(index, 0))
                live.Add(index);
        }

        foreach (var group in live.GroupBy(static index => index / BatchItems.OfList))
        {
            var items = await files.ListAsync(batch.Id, group.Key, cancel);
            await OverAsync(batch, [.. group.Select(index => (index, items[index % BatchItems.OfList]))], FeedAsync, cancel);
        }
    }

    private async Task OverAsync(
        BatchRecord batch,
        List<(int Index, BatchItem Item)> items,
        Func<BatchRecord, int, BatchItem, CancellationToken, Task<BatchLine?>> look,
        CancellationToken cancel
    )
    {
        var lines = new BatchLine?[items.Count];
        await Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (i, stop) => lines[i] = await look(batch, items[i].Index, items[i].Item, stop)
        );
        foreach (var group in lines.OfType<BatchLine>().GroupBy(line => BatchItems.LogOf(line.Index, batch.Total)))
            await log.AppendAsync(batch.Id, group.Key, group, cancel);
    }

    private static BatchLine? LineOf(BatchRecord batch, int index, JobRecord? job) =>
        job switch
        {
            null => new BatchLine(index, batch.Round, JobState.Failed, ErrorCodes.JobNotFound.Code),
            { ErasedAt: not null } => new BatchLine(index, batch.Round, JobState.Canceled),
            _ when job.State.IsTerminal() => new BatchLine(index, batch.Round, job.State, job.Failure?.Code),
            _ => null,
        };
}
