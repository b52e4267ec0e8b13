using Azure;
using Azure.Storage.Blobs;
using Microsoft.Net.Http.Headers;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Functions.Storage;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>What a run leaves behind while it goes on: metrics, log, pictures. They grow, so they are never cached unasked; each can be
/// asked for in ranges. Content goes from storage to the caller as it comes, and none is read for HEAD and 304.</summary>
internal static class TrainingFileEndpoints
{
    public static void MapTrainingFiles(this IEndpointRouteBuilder app)
    {
        app.MapFile("metrics", TrainingFiles.Metrics, "application/jsonl").DescribeGetTrainingMetrics();
        app.MapFile("log", TrainingFiles.Log, "text/plain; charset=utf-8").DescribeGetTrainingLog();
        app.MapFile("curves", TrainingFiles.Pictures[0], "image/png").DescribeGetTrainingCurves();
        app.MapFile("samples", TrainingFiles.Pictures[1], "image/png").DescribeGetTrainingSamples();
        app.MapFile("worst", TrainingFiles.Pictures[2], "image/png").DescribeGetTrainingWorst();
    }

    // HEAD answers like GET and is not described beside it.
    private static RouteHandlerBuilder MapFile(this IEndpointRouteBuilder app, string name, string file, string contentType)
    {
        var handler = (string id, HttpContext context, TrainingStore runs, BlobServiceClient blobs) =>
            ReadAsync(id, file, contentType, context, runs, blobs);
        app.MapMethods($"/v1/trainings/{{id}}/{name}", [HttpMethods.Head], handler).ExcludeFromDescription();
        return app.MapGet($"/v1/trainings/{{id}}/{name}", handler)
            .AnswersFile(contentType.Split(';')[0])
            .AnswersInRanges()
            .Fails(ErrorCodes.TrainingNotFound);
    }

    private static async Task<IResult> ReadAsync(
        string id,
        string file,
        string contentType,
        HttpContext context,
        TrainingStore runs,
        BlobServiceClient blobs
    )
    {
        var cancel = context.RequestAborted;
        var run = (await runs.GetAsync(id, cancel)).Value;
        try
        {
            var blob = blobs.GetBlobContainerClient(Containers.Trainings).GetBlobClient(BlobPaths.TrainingFile(run.Id, file));
            var found = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
            var content = new BlobContent(
                blob,
                found.ContentLength,
                TrainingFiles.Grows(file) ? null : found.ETag,
                BlobContent.EndOf(context.Request, found.ContentLength)
            );
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.Stream(
                content,
                contentType,
                lastModified: found.LastModified,
                entityTag: new EntityTagHeaderValue(found.ETag.ToString("H")),
                enableRangeProcessing: true
            );
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new RoadSegException(
                ErrorCodes.TrainingNotFound,
                run.State.IsTerminal()
                    ? "The run ended before it had written this."
                    : "The run has not written this yet; ask again when it has learned for a while.",
                e
            );
        }
    }
}
