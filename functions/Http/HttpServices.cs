using Microsoft.AspNetCore.Server.Kestrel.Core;
using RoadSeg.Functions.Health;
using RoadSeg.Functions.Http.OpenApi;
using RoadSeg.Functions.Site;

namespace RoadSeg.Functions.Http;

internal static class HttpServices
{
    /// <summary>The HTTP API and the web server that the worker runs for it, on a loopback port that the host learns from the
    /// worker.</summary>
    public static void AddHttp(this IServiceCollection services, IConfiguration settings)
    {
        services.Configure<KestrelServerOptions>(static kestrel => kestrel.AddServerHeader = false);
        services.AddCors();
        services.AddCompression();
        services.AddSingleton(AllowedOrigins.Read(settings));
        services.AddApiDocument();
        services.AddSite();
        services.AddSingleton<ReadinessCheck>();
        services.AddSingleton<HttpPipeline>();
    }
}
