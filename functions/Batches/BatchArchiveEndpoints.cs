using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Microsoft.Net.Http.Headers;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Functions.Storage;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Archives of a batch's results: asked for, and fetched in ranges.</summary>
internal static class BatchArchiveEndpoints
{
    private const int MaxBody = 4096;
    private const int MostArchives = 20;

    public static void MapBatchArchives(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/batches/{id}/archives", AskAsync).DescribeMakeBatchArchive();

        // HEAD answers like GET and is not described beside it.
        const string Part = "/v1/batches/{id}/archives/{archive}/{number}.zip";
        app.MapMethods(Part, [HttpMethods.Head], ReadAsync).ExcludeFromDescription();
        app.MapGet(Part, ReadAsync).AnswersInRanges().DescribeGetBatchArchivePart();
    }

    private static async Task<IResult> AskAsync(
        string id,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BatchStore store,
        TimeProvider time
    )
    {
        var cancel = context.RequestAborted;
        var request = await JsonBody.ReadAsync(
            context.Request,
            MaxBody,
            static () => new RoadSegException(ErrorCodes.RequestInvalid, $"The body has at most {MaxBody} bytes."),
            BatchRequestJson.Default.BatchArchiveRequest,
            "a JSON object with results, a list of names,",
            "{\"results\": [\"mask\", \"summary\"]}",
            time,
            cancel,
            new BatchArchiveRequest()
        );
        var known = BatchArchiver.Results.Keys.ToList();
        if ((request.Results ?? ["mask", "summary"]) is not { Count: > 0 } asked || asked.Any(result => !known.Contains(result)))
            throw new RoadSegException(ErrorCodes.RequestInvalid, $"'results' holds one or more of {string.Join(", ", known)}.");
        var results = known.Where(asked.Contains).ToList();
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, cancel)).Value;
        if (!BatchRecord.HasEnded(batch.State) || batch.State == BatchState.Failed)
            throw new RoadSegException(
                ErrorCodes.BatchNotEnded,
                "Archives are made of a batch that has ended: wait for its end. Results of single photos are there before: see its items."
            );

        // The same archive while it is made is the one that is made; a whole one is made anew, since photos may have been tried again.
        var archive = new BatchArchive(WorkId.New(time), results, time.GetUtcNow(), 0, []);
        var taken = await store.TakeUpAsync(
            batch.Id,
            null,
            now =>
                !BatchRecord.HasEnded(now.State) || now.Archives.Count >= MostArchives || now.Archives.Any(IsSame)
                    ? null
                    : now with
                    {
                        Archives = [.. now.Archives, archive],
                    },
            cancel
        );
        var after = taken.Document!;
        if (!taken.Done && !after.Value.Archives.Any(IsSame))
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"The batch has {MostArchives} archives, which is as many as it keeps, or its photos are being tried again."
            );
        context.Response.Headers.Location = BatchView.AddressOf(batch.Id);
        return BatchEndpoints.Answer(context, after, StatusCodes.Status202Accepted);

        bool IsSame(BatchArchive made) => made.FinishedAt is null && made.Results.SequenceEqual(results);
    }

    private static async Task<IResult> ReadAsync(
        string id,
        string archive,
        string number,
        HttpContext context,
        CallerKeys callers,
        BatchList batches,
        BlobServiceClient blobs
    )
    {
        var cancel = context.RequestAborted;
        var batch = (await batches.GetAsync(callers.Of(context.Request), id, cancel)).Value;
        if (
            !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var part)
            || batch.Archives.FirstOrDefault(made => made.Id.ToString() == archive) is not { } found
            || part < 1
            || part > found.Parts.Count
        )
            throw Missing(null);
        try
        {
            var blob = blobs
                .GetBlobContainerClient(Containers.BatchRuns)
                .GetBlobClient(BlobPaths.BatchFile(batch.Id, BatchArchiver.FileOf(found.Id, part)));
            var stored = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.Stream(
                new BlobContent(blob, stored.ContentLength, stored.ETag, BlobContent.EndOf(context.Request, stored.ContentLength)),
                "application/zip",
                $"batch-{batch.Id}-{part}.zip",
                stored.LastModified,
                new EntityTagHeaderValue(stored.ETag.ToString("H")),
                enableRangeProcessing: true
            );
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw Missing(e);
        }
    }

    private static RoadSegException Missing(Exception? inner) =>
        new(
            ErrorCodes.BatchNotFound,
            "The batch has no such archive, or its photos were erased since. Its view lists those that there are; POST .../archives makes "
                + "one.",
            inner
        );
}
