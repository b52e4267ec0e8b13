using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Uploads;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Results;

/// <summary>Reads the committed files of a job.</summary>
internal sealed class ResultReader(BlobServiceClient blobs, JobStore jobs, CallerKeys callers, ImageLimits limits)
{
    /// <summary>Makes a picture or document of a mask when its turn comes: what is made holds a photo or mask in memory.</summary>
    public async Task<ReadOnlyMemory<byte>> MakeAsync(JobRecord job, Func<IndexedImage, Task<byte[]>> make, CancellationToken cancel)
    {
        await PhotoLimits.Turns.WaitAsync(cancel);
        try
        {
            return await make(await MaskAsync(job, cancel));
        }
        finally
        {
            PhotoLimits.Turns.Release();
        }
    }

    /// <summary>The record of a job that has a result.</summary>
    /// <exception cref="RoadSegException">job-not-found or result-not-ready.</exception>
    public async Task<JobRecord> SucceededAsync(string id, HttpRequest request)
    {
        var job = (await jobs.GetAsync(callers.Of(request), id, request.HttpContext.RequestAborted)).Record;
        if (job.State == JobState.Succeeded)
            return job;
        throw new RoadSegException(ErrorCodes.ResultNotReady, job.State.IsTerminal()
            ? $"The job ended without a result; /v1/jobs/{job.Id} says why."
            : $"The job is not done yet; ask /v1/jobs/{job.Id} again in a second.");
    }

    /// <summary>A result file's bytes.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(JobRecord job, string file, CancellationToken cancel)
    {
        try
        {
            var path = BlobPaths.Result(job.Id, job.Result!.Attempt, file);
            return (await blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(path).DownloadContentAsync(cancel)).Value.Content.ToMemory();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new RoadSegException(ErrorCodes.ResultGone, "The result was deleted. Submit the photo again.", e);
        }
    }

    /// <summary>The confidence PNG.</summary>
    /// <exception cref="RoadSegException">confidence-unavailable when the model gives none; result-gone.</exception>
    public async Task<ReadOnlyMemory<byte>> ConfidenceAsync(JobRecord job, CancellationToken cancel)
    {
        try
        {
            return await ReadAsync(job, ResultFiles.Confidence, cancel);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.ResultGone)
        {
            // The summary tells a file that never was from one that retention deleted: then it is gone itself.
            var summary = await SummaryAsync(job, cancel);
            if (summary.Classes.Any(label => label.MeanConfidence is not null))
                throw;
            throw new RoadSegException(
                ErrorCodes.ConfidenceUnavailable, $"The model '{summary.Model.Model}' answers class ids without probabilities. Use the mask alone.", e);
        }
    }

    /// <summary>The summary.</summary>
    public async Task<ResultSummary> SummaryAsync(JobRecord job, CancellationToken cancel) =>
        JsonSerializer.Deserialize((await ReadAsync(job, ResultFiles.Summary, cancel)).Span, JobJson.Default.ResultSummary)
            ?? throw new JsonException($"The summary of job {job.Id} holds null.");

    /// <summary>The mask, decoded: class ids with the palette they were stored with.</summary>
    public async Task<IndexedImage> MaskAsync(JobRecord job, CancellationToken cancel) =>
        MaskPng.Decode((await ReadAsync(job, ResultFiles.Mask, cancel)).Span, limits);
}
