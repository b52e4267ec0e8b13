using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Clips;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>The steps of a batch whose photos are frames of a video, which others have not.</summary>
internal sealed class BatchClips(BlobServiceClient blobs, BatchFiles files, BatchReader reader, ClipFrames frames, ClipOverlays overlays)
{
    private const int ReadAtOnce = 100;

    // What is mended where the service runs, and what is mended by asking again, with another start or fewer frames: that needs the video.
    private static readonly string[] MendedHere = [ErrorCodes.ClipToolsMissing.Code, ErrorCodes.AttemptsExhausted.Code];
    private static readonly string[] MendedByAsking =
    [
        ErrorCodes.ClipTookTooLong.Code,
        ErrorCodes.ClipStartUnknown.Code,
        ErrorCodes.GpxUnreadable.Code,
        ErrorCodes.GpxDoesNotOverlap.Code,
    ];

    private readonly BlobContainerClient _clips = blobs.GetBlobContainerClient(Containers.Clips);

    /// <summary>Takes the frames, in the first step; in the second lets the video go, where it is not to be kept, before a frame of it
    /// has a job.</summary>
    /// <returns>The batch as it was while another video is worked on here.</returns>
    public async Task<BatchRecord> ListAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (batch.Clip is not null)
        {
            await DeleteVideoAsync(batch, cancel);
            return batch with { State = BatchState.Running };
        }

        var location = !batch.Privacy.Has(JobPrivacy.NoLocation);
        if (await frames.TakeAsync(batch.Id, batch.Source.Clip!, location, cancel) is not var (items, clip))
            return batch;
        var list = 0;
        foreach (var some in items.Chunk(BatchItems.OfList))
            await files.StoreListAsync(batch.Id, list++, some, cancel);
        return batch with { Total = items.Count, Clip = clip };
    }

    /// <summary>Makes the video of the overlays when all frames have ended, as the last step.</summary>
    /// <returns>What is known of the video then; null while another is worked on here.</returns>
    public Task<BatchClip?> OverlayAsync(BatchRecord batch, BatchTally tally, CancellationToken cancel) =>
        overlays.MakeAsync(batch, SucceededAsync(batch, tally, cancel), cancel);

    /// <summary>Deletes the videos of the overlays, of all rounds.</summary>
    public Task DeleteOverlaysAsync(WorkId batch, CancellationToken cancel) => files.DeleteAsync(batch, BlobPaths.ClipFiles, cancel);

    /// <summary>Deletes the frames of a canceled batch that never got a job which would have redacted them.</summary>
    public async Task LeaveAsync(BatchRecord batch, BatchTally tally, CancellationToken cancel)
    {
        if (batch.Source.Clip is null || !batch.Privacy.Has(JobPrivacy.Redact))
            return;
        for (var index = 0; index < batch.Total; index++)
        {
            if (tally.EndOf(index) != JobState.Succeeded)
                await LeasedBlob.DeleteAsync(_clips.GetBlobClient(BlobPaths.ClipFrame(batch.Id, index)), null, cancel);
        }
    }

    /// <summary>Deletes all that is there of the video of a batch that ended before a frame of it got a job: nobody can take it up
    /// again. The video itself stays for another batch where it was not the video that failed.</summary>
    public async Task LetGoAsync(BatchRecord batch, CancellationToken cancel)
    {
        if (batch.Source.Clip is null || !BatchRecord.HasEnded(batch.State))
            return;

        // Stored by a step that died before it learned that a frame of it had been erased.
        if (batch.Clip is { Overlay: null })
            await DeleteOverlaysAsync(batch.Id, cancel);
        if (batch.StartedAt is not null)
            return;
        var code = batch.Failure?.Code;
        if (!MendedHere.Contains(code) && (batch.Privacy is not null || !MendedByAsking.Contains(code)))
            await DeleteVideoAsync(batch, cancel);
        await foreach (var blob in _clips.GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.ClipFrames(batch.Id), cancel))
            await _clips.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
    }

    // What was uploaded for the batch has served; what was dropped is its owner's, unless it holds what is not to be kept.
    private async Task DeleteVideoAsync(BatchRecord batch, CancellationToken cancel)
    {
        var clip = batch.Source.Clip!;
        if (clip.Key is null && batch.Privacy is null)
            return;
        foreach (var file in (JobSource?[])[clip.Video, clip.Track])
        {
            if (file is not null)
                await LeasedBlob.DeleteAsync(blobs.GetBlobContainerClient(file.Container).GetBlobClient(file.Path), null, cancel);
        }
    }

    private async IAsyncEnumerable<(double Seconds, JobRecord Job)> SucceededAsync(
        BatchRecord batch,
        BatchTally tally,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var indexes = Enumerable.Range(0, batch.Total).Where(index => tally.EndOf(index) == JobState.Succeeded);
        foreach (var some in indexes.Chunk(ReadAtOnce))
        {
            foreach (var (_, item, job) in await reader.ReadAsync(batch, tally, some, cancel))
            {
                if (item.Seconds is { } seconds && job is { State: JobState.Succeeded, ErasedAt: null })
                    yield return (seconds, job);
            }
        }
    }
}
