using RoadSeg.Batches;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Batches;

/// <summary>Takes a photo that is erased out of the batches that hold it. Archives, which are whole files, go as a whole, and can be asked
/// for again; so does the video of overlays, which a retry of the batch makes anew.</summary>
internal sealed class BatchErasure(BatchStore store, BatchFiles files, BatchList batches, BatchArchiver archiver, BatchClips clips)
{
    private const int ReadAtOnce = 100;

    /// <summary>Forgets a job. Done twice it changes nothing.</summary>
    public async Task ForgetAsync(JobRecord job, CancellationToken cancel)
    {
        if (job.Batch is { } place)
        {
            await files.ForgetAsync(place, cancel);
            if ((await store.FindAsync(place.Batch, cancel))?.Value is { } own)
            {
                await DropArchivesAsync(own, cancel);
                await DropOverlayAsync(own, cancel);
            }
        }

        // Of a batch of jobs the tags say which they are.
        if (job.Tags is not { Count: > 0 } tags)
            return;
        string? after = null;
        do
        {
            (var page, after) = await batches.PageAsync(job.Caller, after, ReadAtOnce, cancel);
            foreach (var batch in page.Where(batch => batch.Source.Tags?.All(tag => tags.GetValueOrDefault(tag.Key) == tag.Value) == true))
                await DropArchivesAsync(batch, cancel);
        } while (after is not null);
    }

    // As for archives: what a step makes meanwhile is of a number of erased frames that is not the record's any more.
    private async Task DropOverlayAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (batch.Clip is null)
            return;
        await store.AmendAsync(
            batch.Id,
            static now => now.Clip is { } clip ? now with { Clip = clip with { Overlay = null, Erased = clip.Erased + 1 } } : null,
            cancel
        );
        await clips.DeleteOverlaysAsync(batch.Id, cancel);
    }

    // The record first: a step that makes a zip meanwhile finds its archive gone and deletes the zip.
    private async Task DropArchivesAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (batch.Archives.Count == 0)
            return;
        await store.AmendAsync(batch.Id, static now => now.Archives.Count == 0 ? null : now with { Archives = [] }, cancel);
        foreach (var archive in batch.Archives)
            await archiver.DeleteAsync(batch.Id, archive.Id, cancel);
    }
}
