using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Labelling;

/// <summary>Who calls from a labelling tool.</summary>
/// <param name="Name">The caller whose the jobs are.</param>
internal sealed record ToolCaller(string Name)
{
    // Of a call that is refused so much is read, lest a proxy takes the answer for a broken connection: of a stranger's little.
    private const long MostDiscarded = 32 << 20,
        MostOfStranger = 1 << 20;

    /// <summary>A group of routes that answers callers with a key for labelling tools alone. The OpenAPI document says nothing of them:
    /// they are the tools' protocols, not this service's, and change as the tools do.</summary>
    public static RouteGroupBuilder Map(IEndpointRouteBuilder app, string prefix)
    {
        var group = app.MapGroup(prefix);
        group.ExcludeFromDescription();
        group.AddEndpointFilter(
            static async (call, next) =>
            {
                var context = call.HttpContext;
                try
                {
                    var keys = context.RequestServices.GetRequiredService<LabellingKeys>();
                    context.Features.Set(new ToolCaller(keys.Require(context.Request)));
                    context.Response.Headers.CacheControl = "no-store";
                    return await next(call);
                }
                catch (RoadSegException e) when (e.Code != ErrorCodes.RequestTooSlow)
                {
                    var time = context.RequestServices.GetRequiredService<TimeProvider>();
                    var most = context.Features.Get<ToolCaller>() is null ? MostOfStranger : MostDiscarded;
                    await RequestBody.DiscardAsync(context.Request, most, time, context.RequestAborted);
                    throw;
                }
            }
        );
        return group;
    }

    /// <summary>Who made a call of such a group.</summary>
    public static string Of(HttpContext context) => context.Features.Get<ToolCaller>()!.Name;
}
