using RoadSeg.Batches;

namespace RoadSeg.Functions.Batches;

/// <summary>The manifest of a batch: what became of every photo, list by list. The parts of a batch that has ended are stored, so that it
/// is asked for without a read a photo; those that are not stored are made when they are asked for.</summary>
internal sealed class BatchManifests(BatchFiles files, BatchReader reader, TimeProvider time)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Stores on.</summary>
    /// <returns>Lists whose parts are stored.</returns>
    public async Task<int> StepAsync(BatchRecord batch, BatchTally tally, CancellationToken cancel)
    {
        // Jobs that were there before know by themselves when they are erased; what is stored here would not.
        if (batch.Source.IsOfJobs)
            return BatchItems.Lists(batch.Total);
        var (began, list) = (time.GetTimestamp(), batch.Manifested);
        for (; list < BatchItems.Lists(batch.Total) && time.GetElapsedTime(began) < Longest; list++)
            await StoreAsync(batch, tally, list, cancel);
        return list;
    }

    // A photo that is erased meanwhile leaves the list and then the part: one that was made before and stored after is made again.
    private async Task StoreAsync(BatchRecord batch, BatchTally tally, int list, CancellationToken cancel)
    {
        for (var version = await files.VersionAsync(batch.Id, list, cancel); ; )
        {
            await files.StoreManifestAsync(batch.Id, list, await MakeAsync(batch, tally, list, cancel), cancel);
            var after = await files.VersionAsync(batch.Id, list, cancel);
            if (after == version)
                return;
            version = after;
        }
    }

    /// <summary>The part of a list.</summary>
    public async Task<IReadOnlyList<BatchItemView>> PartAsync(BatchRecord batch, BatchTally tally, int list, CancellationToken cancel) =>
        (list < batch.Manifested && !batch.Source.IsOfJobs ? await files.ManifestAsync(batch.Id, list, cancel) : null)
        ?? await MakeAsync(batch, tally, list, cancel);

    private Task<IReadOnlyList<BatchItemView>> MakeAsync(BatchRecord batch, BatchTally tally, int list, CancellationToken cancel)
    {
        var first = list * BatchItems.OfList;
        var count = Math.Min(BatchItems.OfList, batch.Total - first);
        return reader.ViewAsync(batch, tally, [.. Enumerable.Range(first, count)], cancel);
    }
}
