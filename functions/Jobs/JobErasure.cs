using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Functions.Storage;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Jobs;

/// <summary>Erases all that is kept of a job: its photo, model input and results, and of its record all that the caller said. What is left
/// of the record shows to nobody, and keeps messages and photos that come late from beginning anew. Every step may be repeated.</summary>
internal static class JobErasure
{
    /// <summary>Erases a job of its caller.</summary>
    /// <param name="jobs">The records.</param>
    /// <param name="blobs">The storage.</param>
    /// <param name="job">The record.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancel">Stops between steps; asking again goes on.</param>
    public static async Task EraseAsync(JobStore jobs, BlobServiceClient blobs, JobRecord job, DateTimeOffset now, CancellationToken cancel)
    {
        // Checkpoint 1: nobody can commit a result to it any more. A crash from here on leaves a canceled job.
        if (!job.State.IsTerminal())
            await jobs.TryMoveAsync(job.Id, JobState.Canceled, record => record.State.IsTerminal() ? null : Forgotten(record), cancel);

        // Checkpoint 2: the job is there for nobody. A crash from here to the end leaves files that the same call deletes when it is made
        // again, and retention in any case.
        var marked = await jobs.AmendAsync(job.Id, record => Forgotten(record) with { ErasedAt = record.ErasedAt ?? now }, cancel);
        if (marked.Document is not { Value: var erased })
            return;
        await DeleteFilesAsync(blobs, erased, cancel);

        // A drop's own name says something, and was needed until now.
        if (IsDrop(erased, erased.Original ?? erased.Source))
            await jobs.AmendAsync(job.Id, static record => Nameless(record), cancel);
    }

    /// <summary>Deletes the files of an erased job; also by whoever was still writing one when it was erased.</summary>
    public static async Task DeleteFilesAsync(BlobServiceClient blobs, JobRecord erased, CancellationToken cancel)
    {
        // The photo last: nothing about it keeps what was made of it.
        await OriginalPhoto.DeleteAsync(blobs, erased, cancel);
        foreach (var container in (string[])[Containers.Work, Containers.Results])
        {
            var files = await BlobFolder.ListAsync(blobs.GetBlobContainerClient(container), $"{erased.Id}/", cancel);
            await files.DeleteAsync("", last: false, cancel);
        }

        if (erased.Source.Path.Length == 0)
            return;
        var photo = blobs.GetBlobContainerClient(erased.Source.Container).GetBlobClient(erased.Source.Path);
        try
        {
            await LeasedBlob.DeleteAsync(photo, OwnVersion(erased), cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.ConditionNotMet)
        {
            // A newer drop at the same path has a job of its own.
        }
    }

    // A bare drop's job is one version of its path; what came by the API has its path for itself.
    private static BlobRequestConditions? OwnVersion(JobRecord job) =>
        IsDrop(job, job.Source) && job.Source.ETag is { Length: > 0 } etag
            ? new BlobRequestConditions { IfMatch = new ETag($"\"{etag}\"") }
            : null;

    private static bool IsDrop(JobRecord job, JobSource photo) =>
        job.Upload is null && photo.Container is (Containers.Uploads or Containers.Batches);

    private static JobRecord Nameless(JobRecord record) =>
        record.Original is { } original
            ? record with
            {
                Original = original with { Path = "" },
            }
            : record with
            {
                Source = record.Source with { Path = "" },
            };

    private static JobRecord Forgotten(JobRecord record) =>
        record with
        {
            Source = record.Source with { FileName = null },
            Model = null,
            Tags = null,
            Webhook = null,
            Failure = null,
            TraceParent = null,
            Review = null,
            Captured = null,
            Redact = null,
            Original = record.Original is { } original ? original with { FileName = null } : null,
            Shares = null,
        };
}
