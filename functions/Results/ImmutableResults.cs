using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Storage;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Results;

internal static class ImmutableResults
{
    /// <summary>Answers a result that never changes: cacheable for good, in ranges, and without making or reading it when the caller
    /// has it already or asks for its headers alone.</summary>
    /// <param name="context">The request.</param>
    /// <param name="job">A succeeded job.</param>
    /// <param name="part">Which result, with every parameter that shapes it.</param>
    /// <param name="contentType">Media type.</param>
    /// <param name="look">Its length in bytes where that is known, or fails as making it would.</param>
    /// <param name="make">Makes it.</param>
    public static Task<IResult> ImmutableAsync(
        this HttpContext context,
        JobRecord job,
        string part,
        string contentType,
        Func<Task<long?>> look,
        Func<Task<ReadOnlyMemory<byte>>> make
    ) =>
        context.ImmutableAsync(job, part, contentType, look, async tag =>
            TypedResults.Bytes(await make(), contentType, entityTag: tag, enableRangeProcessing: true)
        );

    /// <summary>The same for what is stored, which goes from storage to the caller as it comes.</summary>
    public static Task<IResult> ImmutableAsync(
        this HttpContext context,
        JobRecord job,
        string part,
        string contentType,
        Func<Task<long?>> look,
        Func<Task<BlobContent>> open
    ) =>
        context.ImmutableAsync(job, part, contentType, look, async tag =>
            TypedResults.Stream(await open(), contentType, entityTag: tag, enableRangeProcessing: true)
        );

    private static async Task<IResult> ImmutableAsync(
        this HttpContext context,
        JobRecord job,
        string part,
        string contentType,
        Func<Task<long?>> look,
        Func<EntityTagHeaderValue, Task<IResult>> content
    )
    {
        var tag = new EntityTagHeaderValue($"\"{job.Id}-{job.Result!.Attempt}-{part}\"");
        if (Has(context.Request, tag))
        {
            Describe(context.Response).ETag = tag;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (HttpMethods.IsHead(context.Request.Method))
        {
            var length = await look();
            var headers = Describe(context.Response);
            Name(headers, job, part, contentType);
            (headers.ETag, headers.ContentType, headers.ContentLength) = (tag, new MediaTypeHeaderValue(contentType), length);
            context.Response.Headers.AcceptRanges = "bytes";
            return TypedResults.Empty;
        }

        var answer = await content(tag);
        Name(Describe(context.Response), job, part, contentType);
        return answer;
    }

    // What a browser or curl -OJ saves it as: the photo's own name, and which result it is.
    private static void Name(ResponseHeaders headers, JobRecord job, string part, string contentType)
    {
        var photo = Path.GetFileNameWithoutExtension(job.Source.FileName) is { Length: > 0 } name ? name : job.Id.ToString();
        var file = $"{photo}-{part.Split('-', 2)[0]}.{Extension(contentType)}";
        var disposition = new ContentDispositionHeaderValue("inline");
        disposition.SetHttpFileName(file);
        headers.ContentDisposition = disposition;
    }

    private static string Extension(string contentType) =>
        contentType switch
        {
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/webp" => "webp",
            "application/geo+json" => "geojson",
            _ => "json",
        };

    // If-Match comes first where it is sent (RFC 9110, 13.2.2): the framework answers it beside the content.
    private static bool Has(HttpRequest request, EntityTagHeaderValue tag)
    {
        var headers = request.GetTypedHeaders();
        return headers.IfMatch.Count == 0
            && headers.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false));
    }

    private static ResponseHeaders Describe(HttpResponse response)
    {
        response.Headers.CacheControl = "private, max-age=31536000, immutable";

        // Whoever shares a browser profile shares its cache, but not the key. A key in the query is part of what is cached.
        response.Headers.Vary = CallerKeys.Header;
        return response.GetTypedHeaders();
    }
}
