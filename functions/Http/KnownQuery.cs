using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Http;

/// <summary>Lets requests pass whose query holds nothing but what their endpoint is described to take.</summary>
internal static class KnownQuery
{
    // The host reads these: a key that comes in the address, and the name of it.
    private static readonly string[] OfHost = ["code", "clientId"];

    // A body is read before its request is refused: a proxy that still passes it on takes an earlier answer for a broken connection.
    private const long MostOfBody = 16 * 1024 * 1024;

    public static void UseKnownQuery(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                var request = context.Request;
                if (
                    request.Query.Count > 0
                    && context.GetEndpoint() is { } endpoint
                    && endpoint.Metadata.GetMetadata<FailureCodes>() is not null
                )
                {
                    try
                    {
                        KnownNames.Require(request.Query.Keys.Except(OfHost), Taken(endpoint), "query parameter");
                    }
                    catch (RoadSegException)
                    {
                        var time = context.RequestServices.GetRequiredService<TimeProvider>();
                        await RequestBody.DiscardAsync(request, MostOfBody, time, context.RequestAborted);
                        throw;
                    }
                }

                await next(context);
            }
        );

    private static string[] Taken(Endpoint endpoint) =>
        [
            .. endpoint
                .Metadata.GetOrderedMetadata<TakenParameter>()
                .Where(static taken => !taken.InHeader)
                .Select(static taken => taken.Name),
        ];
}
