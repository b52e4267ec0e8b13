using RoadSeg.Batches;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Batches;

/// <summary>Reads what became of the photos of a batch.</summary>
internal sealed class BatchReader(BatchFiles files, JobStore jobs)
{
    private const int AtOnce = 16;

    /// <summary>The photos at some indexes, with the records of their latest jobs, in that order.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="tally">How they ended.</param>
    /// <param name="indexes">Ascending.</param>
    /// <param name="cancel">Stops between reads.</param>
    public async Task<IReadOnlyList<(int Index, BatchItem Item, JobRecord? Job)>> ReadAsync(
        BatchRecord batch,
        BatchTally tally,
        IReadOnlyList<int> indexes,
        CancellationToken cancel
    )
    {
        var read = new (int, BatchItem, JobRecord?)[indexes.Count];
        IReadOnlyList<BatchItem> items = [];
        var list = -1;
        var listed = new BatchItem[indexes.Count];
        for (var i = 0; i < indexes.Count; i++)
        {
            if (indexes[i] / BatchItems.OfList != list)
                items = await files.ListAsync(batch.Id, list = indexes[i] / BatchItems.OfList, cancel);
            listed[i] = items[indexes[i] % BatchItems.OfList];
        }

        await Parallel.ForAsync(
            0,
            indexes.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (i, stop) => read[i] = (indexes[i], listed[i], await JobAsync(batch, tally, indexes[i], listed[i], stop))
        );
        return read;
    }

    /// <summary>The same as it is shown.</summary>
    public async Task<IReadOnlyList<BatchItemView>> ViewAsync(
        BatchRecord batch,
        BatchTally tally,
        IReadOnlyList<int> indexes,
        CancellationToken cancel
    ) => [.. (await ReadAsync(batch, tally, indexes, cancel)).Select(item => View(batch, tally, item))];

    /// <summary>An item that was read, as it is shown.</summary>
    public static BatchItemView View(BatchRecord batch, BatchTally tally, (int Index, BatchItem Item, JobRecord? Job) item)
    {
        var view = BatchItemView.Of(item.Index, item.Item, item.Job);
        if (item.Job is not null || item.Item.IsErased)
            return view;

        // No job to ask: what the batch itself knows.
        return tally.StandingOf(batch, item.Index) switch
        {
            BatchStanding.Canceled => view with { State = JobStates.Name(JobState.Canceled) },
            BatchStanding.Failed => view with { State = JobStates.Name(JobState.Failed) },
            _ => view,
        };
    }

    private async Task<JobRecord?> JobAsync(BatchRecord batch, BatchTally tally, int index, BatchItem item, CancellationToken cancel)
    {
        if (item.IsErased)
            return null;
        int? round =
            tally.IsSettled(index, batch.Round) || (tally.EndOf(index) is not null && index >= batch.Next) ? tally.RoundOf(index)
            : index < batch.Next ? batch.Round
            : item.Job is not null ? 0
            : null;
        return round is { } known ? (await jobs.FindAsync(item.JobOf(batch.Id, index, known), cancel))?.Value : null;
    }
}
