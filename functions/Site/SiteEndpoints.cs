using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Site;

/// <summary>What this service is and where its parts are.</summary>
internal sealed record ServiceDocument(string Service, string Version, IReadOnlyDictionary<string, string> Links);

internal static class SiteEndpoints
{
    private static readonly ServiceDocument Document = new(
        "RoadSeg",
        typeof(SiteEndpoints).Assembly.GetName().Version!.ToString(3),
        new Dictionary<string, string>
        {
            ["api"] = "/openapi/v1.json",
            ["upload"] = "/v1/uploads",
            ["jobs"] = "/v1/jobs",
            ["models"] = "/v1/models",
            ["labels"] = "/v1/labels",
            ["live"] = "/health/live",
            ["ready"] = "/health/ready",
        });

    public static void MapSite(this WebApplication app) =>
        app.MapGet("/", static () => TypedResults.Json(Document, ApiJson.Default.ServiceDocument));
}
