using Azure.Storage.Blobs;

namespace RoadSeg.Functions.Site;

/// <summary>The root: the page for browsers, the service document for everybody else.</summary>
internal static class SiteEndpoints
{
    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

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
        }
    );

    public static void AddSite(this IServiceCollection services) =>
        services.AddSingleton(static provider => Page.Read(provider.GetRequiredService<IConfiguration>()));

    public static void MapSite(this IEndpointRouteBuilder app)
    {
        // The page sends photos straight to storage: beside this origin the only one that it may speak to.
        var storage = app.ServiceProvider.GetRequiredService<BlobServiceClient>().Uri.GetLeftPart(UriPartial.Authority);
        var policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src blob:; "
            + $"connect-src 'self' {storage}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for "
            + "'script'";

        app.MapMethods("/", Read, (HttpContext context, Page page) =>
            {
                var headers = context.Response.Headers;
                headers.Vary = "Accept";
                if (!page.Exists || !WantsPage(context.Request))
                    return TypedResults.Json(Document, SiteJson.Default.ServiceDocument);
                headers.ContentSecurityPolicy = policy;
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Opener-Policy"] = "same-origin";
                headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
                headers.XFrameOptions = "DENY";
                return page.Answer(context, Page.Index);
            })
            .ExcludeFromDescription();
        app.MapMethods("/favicon.svg", Read, static (HttpContext context, Page page) => page.Answer(context, "favicon.svg"))
            .ExcludeFromDescription();
        app.MapMethods("/assets/{file}", Read, static (string file, HttpContext context, Page page) =>
                page.Answer(context, $"assets/{file}")
            )
            .ExcludeFromDescription();
    }

    // Browsers name text/html; curl and HTTP libraries say */* or nothing.
    private static bool WantsPage(HttpRequest request) =>
        request
            .GetTypedHeaders()
            .Accept.Any(static type => type.Quality is not 0 && type.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase));
}
