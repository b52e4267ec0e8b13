using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Net.Http.Headers;

namespace RoadSeg.Functions.Http;

/// <summary>JSON goes compressed to callers who take it so; pictures are compressed already. Nothing secret stands in an answer beside
/// what a stranger chose, so that its length tells nothing (BREACH).</summary>
internal static class Compression
{
    public static void AddCompression(this IServiceCollection services)
    {
        services.AddResponseCompression(static options =>
        {
            options.EnableForHttps = true;
            options.MimeTypes = ["application/json", "application/problem+json", "application/geo+json"];
        });
        services.Configure<BrotliCompressionProviderOptions>(static options => options.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(static options => options.Level = CompressionLevel.Fastest);
    }

    /// <summary>What is compressed has other bytes than the ETag stands for: it becomes a weak one, by which no range can be asked for (RFC
    /// 9110, 8.8.1).</summary>
    public static void UseCompression(this IApplicationBuilder app)
    {
        app.Use(
            static (context, next) =>
            {
                // The page's files are compressed when they are built, and have an ETag for each form.
                if (!context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
                    return next(context);
                context.Response.OnStarting(
                    static state =>
                    {
                        var headers = ((HttpResponse)state).GetTypedHeaders();
                        if (headers.Headers.ContentEncoding.Count > 0 && headers.ETag is { IsWeak: false } tag)
                            headers.ETag = new EntityTagHeaderValue(tag.Tag, isWeak: true);
                        return Task.CompletedTask;
                    },
                    context.Response
                );
                return next(context);
            }
        );
        app.UseResponseCompression();
    }
}
