using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Results;

/// <summary>Reads the committed files of a job.</summary>
internal sealed class ResultReader(
    BlobServiceClient blobs,
    JobStore jobs,
    CallerKeys callers,
    PhotoSlots slots,
    RenderedResults rendered,
    ImageLimits limits
)
{
    /// <summary>Makes a picture or document of a mask when a slot is free: what is made holds a photo or mask in memory.</summary>
    /// <param name="job">A succeeded job, whose owner asks.</param>
    /// <param name="part">What is made, with every parameter that shapes it.</param>
    /// <param name="bytesPerPixel">What making it holds, the mask included.</param>
    /// <param name="make">Makes it of the mask.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RoadSegException">too-many-requests, result-gone, or as <paramref name="make"/> throws.</exception>
    public async Task<ReadOnlyMemory<byte>> MakeAsync(
        JobRecord job,
        string part,
        int bytesPerPixel,
        Func<IndexedImage, CancellationToken, Task<byte[]>> make,
        CancellationToken cancel
    ) =>
        await rendered.GetAsync(
            Key(job, part),
            async stop =>
            {
                var (width, height) = (job.Image!.Width, job.Image.Height);
                using var slot = await slots.RenderAsync(
                    job.Caller,
                    (long)width * height * bytesPerPixel,
                    PhotoSlots.IsHeavy(width, height),
                    stop
                );
                return await make(await MaskAsync(job, stop), stop);
            },
            cancel
        );

    /// <summary>The same in the background, for nobody who waits: with the slots of bulk work, and kept by none.</summary>
    public async Task<T> WorkAsync<T>(
        JobRecord job,
        int bytesPerPixel,
        Func<IndexedImage, CancellationToken, Task<T>> make,
        CancellationToken cancel
    )
    {
        var (width, height) = (job.Image!.Width, job.Image.Height);
        var bytes = (long)width * height * bytesPerPixel;
        using var slot = PhotoSlots.IsHeavy(width, height)
            ? await slots.HeavyAsync(job.Caller, bytes, cancel)
            : await slots.WorkAsync(job.Caller, bytes, cancel);
        return await make(await MaskAsync(job, cancel), cancel);
    }

    /// <summary>The length of what is made of a mask, where it was made a moment ago: it is made only to be sent.</summary>
    /// <exception cref="RoadSegException">result-gone: it cannot be made.</exception>
    public async Task<long?> MadeLengthAsync(JobRecord job, string part, CancellationToken cancel)
    {
        await LengthAsync(job, ResultFiles.Mask, cancel);
        return rendered.Length(Key(job, part));
    }

    /// <summary>The length of a result file in bytes.</summary>
    /// <exception cref="RoadSegException">result-gone.</exception>
    public async Task<long?> LengthAsync(JobRecord job, string file, CancellationToken cancel)
    {
        try
        {
            var found = (await Blob(job, file).GetPropertiesAsync(cancellationToken: cancel)).Value;
            return job.ResultLayout?.Of(file).Length ?? found.ContentLength;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Gone(e);
        }
    }

    /// <summary>The record of a job that has a result.</summary>
    /// <exception cref="RoadSegException">job-not-found or result-not-ready.</exception>
    public async Task<JobRecord> SucceededAsync(string id, HttpRequest request)
    {
        var job = (await jobs.GetAsync(callers.Of(request), id, request.HttpContext.RequestAborted)).Value;
        if (job.State == JobState.Succeeded)
            return job;
        throw new RoadSegException(
            ErrorCodes.ResultNotReady,
            job.State.IsTerminal()
                ? $"The job ended without a result; /v1/jobs/{job.Id} says why."
                : $"The job is not done yet; ask /v1/jobs/{job.Id} again in a second."
        );
    }

    /// <summary>A result file's bytes.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAsync(JobRecord job, string file, CancellationToken cancel)
    {
        try
        {
            var part = new BlobDownloadOptions();
            if (job.ResultLayout?.Of(file) is var (offset, length))
                part.Range = new HttpRange(offset, length);
            return (await Blob(job, file).DownloadContentAsync(part, cancel)).Value.Content.ToMemory();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Gone(e);
        }
    }

    /// <summary>A result file as a stream, for the range that a request asks for.</summary>
    /// <exception cref="RoadSegException">result-gone.</exception>
    public async Task<BlobContent> OpenAsync(JobRecord job, string file, HttpRequest request)
    {
        try
        {
            var (blob, cancel) = (Blob(job, file), request.HttpContext.RequestAborted);
            return job.ResultLayout?.Of(file) is var (offset, length)
                ? await BlobContent.OpenAsync(blob, offset, length, request, cancel)
                : await BlobContent.OpenAsync(blob, request, cancel);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Gone(e);
        }
    }

    /// <summary>The confidence PNG.</summary>
    /// <exception cref="RoadSegException">confidence-unavailable when the model gives none; result-gone.</exception>
    public Task<BlobContent> OpenConfidenceAsync(JobRecord job, HttpRequest request) =>
        OfConfidenceAsync(job, (_, file, _) => OpenAsync(job, file, request), request.HttpContext.RequestAborted);

    /// <summary>Its length in bytes.</summary>
    /// <exception cref="RoadSegException">As for <see cref="OpenConfidenceAsync"/>.</exception>
    public Task<long?> ConfidenceLengthAsync(JobRecord job, CancellationToken cancel) => OfConfidenceAsync(job, LengthAsync, cancel);

    /// <summary>It decoded: 255 times the probability of each pixel's class, within 2, shape [height, width].</summary>
    /// <exception cref="RoadSegException">As for <see cref="OpenConfidenceAsync"/>.</exception>
    public async Task<byte[]> RequireConfidenceAsync(JobRecord job, CancellationToken cancel) =>
        MaskPng.Decode((await OfConfidenceAsync(job, ReadAsync, cancel)).Span, limits).Ids;

    private async Task<T> OfConfidenceAsync<T>(
        JobRecord job,
        Func<JobRecord, string, CancellationToken, Task<T>> read,
        CancellationToken cancel
    )
    {
        if (job.ResultLayout is { Confidence: 0 })
            throw NoConfidence(job.Result!.Model);
        try
        {
            return await read(job, ResultFiles.Confidence, cancel);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.ResultGone && job.ResultLayout is null)
        {
            // The summary distinguishes a file that never was from one that retention deleted: then the summary is gone too.
            var summary = await SummaryAsync(job, cancel);
            if (summary.Classes.Any(label => label.MeanConfidence is not null))
                throw;
            throw NoConfidence(summary.Model.Model, e);
        }
    }

    /// <summary>The summary.</summary>
    public async Task<ResultSummary> SummaryAsync(JobRecord job, CancellationToken cancel) =>
        JsonSerializer.Deserialize((await ReadAsync(job, ResultFiles.Summary, cancel)).Span, JobJson.Default.ResultSummary)
        ?? throw new JsonException($"The summary of job {job.Id} holds null.");

    /// <summary>The mask, decoded: class ids with the palette they were stored with.</summary>
    public async Task<IndexedImage> MaskAsync(JobRecord job, CancellationToken cancel) =>
        MaskPng.Decode((await ReadAsync(job, ResultFiles.Mask, cancel)).Span, limits);

    /// <summary>The confidence, decoded: 255 times the probability of each pixel's class, shape [height, width]; null where the model gives
    /// none.</summary>
    public async Task<byte[]?> ConfidenceAsync(JobRecord job, CancellationToken cancel) =>
        job.ResultLayout is { Confidence: > 0 }
            ? MaskPng.Decode((await ReadAsync(job, ResultFiles.Confidence, cancel)).Span, limits).Ids
            : null;

    private static string Key(JobRecord job, string part) => $"{job.Id}-{job.Result!.Attempt}-{part}";

    private BlobClient Blob(JobRecord job, string file) =>
        blobs
            .GetBlobContainerClient(Containers.Results)
            .GetBlobClient(BlobPaths.Result(job.Id, job.Result!.Attempt, job.ResultLayout is null ? file : ResultFiles.Whole));

    private static RoadSegException NoConfidence(string model, Exception? inner = null) =>
        new(ErrorCodes.ConfidenceUnavailable, $"The model '{model}' answers class ids without probabilities. Use the mask alone.", inner);

    private static RoadSegException Gone(RequestFailedException e) =>
        new(ErrorCodes.ResultGone, "The result was deleted. Submit the photo again.", e);
}
