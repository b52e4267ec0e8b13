using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Models;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Health;

/// <summary>Whether this process can do its work.</summary>
/// <param name="Ready">True when every part is.</param>
/// <param name="Model">Name, version and provider of the model that serves, and why it is not the one that should; or what is wrong with it.</param>
/// <param name="Storage"><c>ok</c>, or what is wrong.</param>
internal sealed record Readiness(bool Ready, string Model, string Storage);

internal static class HealthEndpoints
{
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", static () => TypedResults.Text("live"));
        app.MapGet("/health/ready", async (LiveModel model, BlobServiceClient blobs, CancellationToken cancel) =>
        {
            var (modelReady, modelText) = await DescribeAsync(model);
            var (storageReady, storageText) = await DescribeAsync(blobs, cancel);
            var ready = modelReady && storageReady;
            return TypedResults.Json(
                new Readiness(ready, modelText, storageText),
                ApiJson.Default.Readiness,
                statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });
    }

    private static async Task<(bool Ready, string Text)> DescribeAsync(LiveModel model)
    {
        if (!model.Ready.IsCompleted)
            return (false, "loading");
        try
        {
            await model.Ready;
            var serving = model.Serving!;
            return (true, $"{serving.Model} {serving.Version} on {model.Provider}{(model.Notice is { } notice ? $"; {notice}" : "")}");
        }
        catch (RoadSegException e)
        {
            return (false, e.Message);
        }
    }

    private static async Task<(bool Ready, string Text)> DescribeAsync(BlobServiceClient blobs, CancellationToken cancel)
    {
        try
        {
            return await blobs.GetBlobContainerClient(Containers.Jobs).ExistsAsync(cancel)
                ? (true, "ok")
                : (false, $"the container '{Containers.Jobs}' does not exist");
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return (false, "not reachable");
        }
    }
}
