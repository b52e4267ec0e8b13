using System.Diagnostics;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Diagnostics;

/// <summary>The span of a request that may make or change a job. Questions have none: a poller asks a hundred times for each answer that
/// matters.</summary>
internal static class RequestSpan
{
    // The API's calls, and those of labelling tools.
    private static readonly string[] Roots = ["/v1", "/label-studio", "/api"];

    /// <summary>Begins the span in the caller's trace (header <c>traceparent</c>), or a new one. Named by its route, so that no id and no
    /// query, which may hold a key, is in it.</summary>
    public static void UseRequestSpans(this IApplicationBuilder app) =>
        app.Use(
            static async (context, next) =>
            {
                var request = context.Request;
                if (
                    HttpMethods.IsGet(request.Method)
                    || HttpMethods.IsHead(request.Method)
                    || !Roots.Any(root => request.Path.StartsWithSegments(root, StringComparison.Ordinal))
                )
                {
                    await next(context);
                    return;
                }

                ActivityContext.TryParse(request.Headers.TraceParent, request.Headers.TraceState, isRemote: true, out var caller);
                Activity.Current = null;
                var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "/v1";
                using var span = JobTrace.Source.StartActivity($"{request.Method} {route}", ActivityKind.Server, caller);
                span?.SetTag("http.request.method", request.Method).SetTag("http.route", route);
                await next(context);
                span?.SetTag("http.response.status_code", context.Response.StatusCode);
                if (context.Response.StatusCode >= 500)
                    span?.SetStatus(ActivityStatusCode.Error);
            }
        );

    /// <summary>A stage that the request itself did of its job.</summary>
    /// <returns>Milliseconds that it took.</returns>
    public static double Stage(string stage, DateTimeOffset from, DateTimeOffset to)
    {
        Metrics.Stage(stage, to - from);
        if (JobTrace.Current is { } span)
            StageSpan.Write(span, stage, from, to);
        return (to - from).TotalMilliseconds;
    }

    /// <summary>The request's job has its record, or will have it once the request has prepared its photo.</summary>
    public static void Accepted(JobRecord job)
    {
        if (JobTrace.Current is not { } span)
            return;
        span.SetTag("roadseg.job.id", job.Id.ToString());
        var arrived = new DateTimeOffset(span.StartTimeUtc);
        Metrics.Stage(StageSpan.Accept, job.Times.CreatedAt - arrived);
        StageSpan.Write(span, StageSpan.Accept, arrived, job.Times.CreatedAt);
    }
}
