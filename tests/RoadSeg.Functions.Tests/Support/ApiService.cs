using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RoadSeg.Functions.Hosting;
using RoadSeg.Functions.Http;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>The whole HTTP API over the tests' storage, behind two routes as the worker has them: an endpoint and route values are set when
/// a request comes to the inner pipeline. Nothing is worked on: see <see cref="WholeService"/>.</summary>
internal sealed class ApiService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _running;

    static ApiService() => VipsLibrary.Initialize();

    private ApiService(WebApplication app) => _app = app;

    public HttpClient Http { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    /// <summary>Requests that are being answered.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <param name="storage">Where everything lies.</param>
    /// <param name="page">Folder of the page; null: none.</param>
    /// <param name="services">Exchanges parts.</param>
    /// <param name="serves">Whether its model is loaded, which takes longer than most tests.</param>
    /// <param name="more">App settings beside those that every test has, or in their place.</param>
    public static async Task<ApiService> StartAsync(
        StorageFixture storage,
        string? page = null,
        Action<IServiceCollection>? services = null,
        bool serves = false,
        params (string Name, string Value)[] more)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            [StorageAccount.Setting] = storage.ConnectionString,
            ["ROADSEG_MODEL"] = Path.Combine(Checkout.Root, "models", "default"),
            ["AzureWebJobs_PreprocessUpload_Disabled"] = "1",
            ["AzureWebJobs_SegmentImage_Disabled"] = "1",
            ["ROADSEG_PAGE"] = page ?? Path.Combine(Checkout.Root, "no-such-folder"),
        }).AddInMemoryCollection(more.ToDictionary(setting => setting.Name, setting => (string?)setting.Value)).Build();
        builder.Services.AddSingleton<IConfiguration>(settings);
        builder.Services.AddRoadSeg(settings);

        // Its loading begins with the service.
        if (!serves)
            builder.Services.Remove(builder.Services.Single(static part => part.ImplementationFactory?.Method.ReturnType == typeof(LiveModel)));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        var service = new ApiService(app);
        ((IEndpointRouteBuilder)app).DataSources.Add(new DefaultEndpointDataSource(service.Function("Api", "/v1/{*path}"), service.Function("Preflight", "/v1/{*path}"), service.Function("Cvat", "/api/{*path}"), service.Function("LabelStudio", "/label-studio/{*path}"), service.Function("Site", "/{*path}")));
        app.Urls.Add("http://127.0.0.1:0");
        await app.StartAsync();
        service.Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private Endpoint Function(string name, string route)
    {
        string[] methods = name switch
        {
            "Api" => ["GET", "HEAD", "POST", "PUT", "DELETE"],
            "Preflight" => ["OPTIONS"],
            "Cvat" or "LabelStudio" => ["GET", "POST"],
            _ => ["GET", "HEAD"],
        };
        return new RouteEndpointBuilder(AnswerAsync, RoutePatternFactory.Parse(route), 0)
        {
            DisplayName = name,
            Metadata = { new HttpMethodMetadata(methods) },
        }.Build();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _running);
        try
        {
            await context.RequestServices.GetRequiredService<HttpPipeline>().RunAsync(context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
