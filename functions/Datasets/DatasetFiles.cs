using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Net.Http.Headers;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Reads data sets' records and answers the files of their reports as they lie in storage.</summary>
internal sealed class DatasetFiles(BlobServiceClient blobs, DatasetStore store, AuditStore audits)
{
    /// <summary>A data set.</summary>
    /// <exception cref="RoadSegException">dataset-not-found, for text that is no name too.</exception>
    public async Task<Stored<DatasetRecord>> FindAsync(string name, CancellationToken cancel) =>
        (DatasetSpecJson.IsFolder(name) ? await store.FindAsync(name, cancel) : null)
        ?? throw NotFound("There is no data set of this name; GET /v1/datasets lists them.");

    /// <summary>A file of the newest version's report, or of the latest drop's where that cannot be used.</summary>
    /// <exception cref="RoadSegException">dataset-not-found.</exception>
    public async Task<IResult> LatestAsync(HttpContext context, string name, string file)
    {
        var set = (await FindAsync(name, context.RequestAborted)).Value;
        return await AnswerAsync(context, name, set.State == DatasetState.Failed ? DatasetCurator.FailedFolder : set.Version, file);
    }

    /// <summary>A file of a version's report.</summary>
    /// <exception cref="RoadSegException">dataset-not-found.</exception>
    public async Task<IResult> OfVersionAsync(HttpContext context, string name, string version, string file)
    {
        await RequireVersionAsync(name, version, context.RequestAborted);
        return await AnswerAsync(context, name, version, file);
    }

    /// <summary>Refuses a version that the set does not have.</summary>
    /// <exception cref="RoadSegException">dataset-not-found.</exception>
    public async Task RequireVersionAsync(string name, string version, CancellationToken cancel)
    {
        if (!(await FindAsync(name, cancel)).Value.Versions.Contains(version, StringComparer.Ordinal))
            throw NotFound($"The data set has no such version; GET /v1/datasets/{name} lists those that it has.");
    }

    private async Task<IResult> AnswerAsync(HttpContext context, string name, string? version, string file)
    {
        if (version is null)
            throw NotFound($"The data set has no report yet; GET /v1/datasets/{name} says how far its check is.");
        if (file == DatasetCurator.PageFile && await SectionAsync(name, version, context.RequestAborted) is { } section)
            return await WithSectionAsync(context, name, version, section);
        try
        {
            var found = (
                await blobs
                    .GetBlobContainerClient(Containers.Curated)
                    .GetBlobClient(BlobPaths.Curated(name, version, file))
                    .DownloadStreamingAsync(cancellationToken: context.RequestAborted)
            ).Value;
            context.Response.RegisterForDispose(found);
            context.Response.Headers.CacheControl = "private, no-cache";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Stream(
                found.Content,
                ContentType(file),
                entityTag: new EntityTagHeaderValue(found.Details.ETag.ToString("H"))
            );
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw NotFound("This version was stored without that file.", e);
        }
    }

    // The section of the latest audit; null where none has succeeded.
    private async Task<BlobDownloadResult?> SectionAsync(string name, string version, CancellationToken cancel)
    {
        if ((await audits.FindAsync(name, version, cancel))?.Value is not { State: AuditState.Succeeded, Run: var run })
            return null;
        try
        {
            return await blobs
                .GetBlobContainerClient(Containers.Audits)
                .GetBlobClient(BlobPaths.AuditFile(name, version, run, AuditPage.SectionFile))
                .DownloadContentAsync(cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            // A later audit, or retention, was quicker; the report itself is there.
            return null;
        }
    }

    // A report is written anew by each check of the same content: what was found since goes in when it is asked for.
    private async Task<IResult> WithSectionAsync(HttpContext context, string name, string version, BlobDownloadResult section)
    {
        try
        {
            BlobDownloadResult report = await blobs
                .GetBlobContainerClient(Containers.Curated)
                .GetBlobClient(BlobPaths.Curated(name, version, DatasetCurator.PageFile))
                .DownloadContentAsync(context.RequestAborted);
            context.Response.Headers.CacheControl = "private, no-cache";
            context.Response.Headers.XContentTypeOptions = "nosniff";
            return TypedResults.Text(
                AuditPage.WithSection(report.Content.ToString(), section.Content.ToString()),
                ContentType(DatasetCurator.PageFile)
            );
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            throw NotFound("This version was stored without that file.", e);
        }
    }

    private static string ContentType(string file) =>
        file switch
        {
            DatasetReport.FileName => "application/json",
            DatasetCurator.PageFile => "text/html; charset=utf-8",
            _ => "application/x-ndjson",
        };

    private static RoadSegException NotFound(string message, Exception? inner = null) => new(ErrorCodes.DatasetNotFound, message, inner);
}
