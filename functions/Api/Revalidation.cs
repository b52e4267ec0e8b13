using System.Globalization;
using System.Text.Json.Serialization.Metadata;

namespace RoadSeg.Functions.Api;

/// <summary>Answers about records that change: kept by callers only to be asked for again.</summary>
internal static class Revalidation
{
    /// <summary>The JSON of a view; 304 to a GET by a caller who has this version of it.</summary>
    /// <param name="context">The request and its answer.</param>
    /// <param name="version">Changes with the view; no quotes in it.</param>
    /// <param name="retrySeconds">When asking again makes sense; null for what does not change any more.</param>
    /// <param name="view">Makes the view, if it is sent.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="status">Status beside 304.</param>
    public static IResult Answer<T>(
        HttpContext context,
        string version,
        double? retrySeconds,
        Func<T> view,
        JsonTypeInfo<T> form,
        int status = StatusCodes.Status200OK
    )
    {
        var tag = $"W/\"{version}\"";
        context.Response.Headers.ETag = tag;
        context.Response.Headers.CacheControl = "private, no-cache";
        if (retrySeconds is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (
            HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.IfNoneMatch.ToString().Contains(tag, StringComparison.Ordinal)
        )
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Json(view(), form, statusCode: status);
    }
}
