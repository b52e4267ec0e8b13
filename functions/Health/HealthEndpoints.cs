namespace RoadSeg.Functions.Health;

internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", static () => TypedResults.Text("live"));
        app.MapGet("/health/ready", static async (ReadinessCheck check, CancellationToken cancel) =>
        {
            var readiness = await check.RunAsync(cancel);
            return TypedResults.Json(
                readiness,
                HealthJson.Default.Readiness,
                statusCode: readiness.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable
            );
        });
    }
}
