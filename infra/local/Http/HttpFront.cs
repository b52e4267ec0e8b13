using System.Globalization;
using System.Net;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using Yarp.ReverseProxy.Forwarder;

namespace RoadSeg.LocalHost.Http;

/// <summary>Kestrel on loopback: one request, top to bottom: admin, route, key, disabled, function.</summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private const long DefaultBodyLimit = 104_857_600;
    private const string HomePage = """
        <!DOCTYPE html>
        <html><head><title>Functions host</title></head><body><h1>Your local Functions host is up and running</h1></body></html>
        """;

    private readonly WebApplication _app;
    private readonly FunctionRoutes _routes;
    private readonly FunctionKeys? _keys;
    private readonly AdminApi _admin;
    private readonly HttpInvocation _invocation;
    private readonly long _bodyLimit;

    public HttpFront(
        FunctionsHostOptions options,
        HostSettings settings,
        IReadOnlyList<FunctionDefinition> functions,
        FunctionKeys? keys,
        AdminApi admin,
        FunctionInvoker invoker,
        IDictionary<string, string> errors
    )
    {
        var limit = settings.Configuration["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"];
        _bodyLimit = long.TryParse(limit, CultureInfo.InvariantCulture, out var bytes) ? bytes : DefaultBodyLimit;
        var builder = EmbeddedHost.CreateBuilder(options.LoggerFactory);
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, options.Port);
                kestrel.Limits.MaxRequestBodySize = _bodyLimit;
                kestrel.Limits.MinRequestBodyDataRate = null;
                kestrel.AddServerHeader = false;
            });
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        _app = builder.Build();
        _app.Run(HandleAsync);
        (_keys, _admin) = (keys, admin);
        _routes = new FunctionRoutes(
            functions,
            settings.RoutePrefix,
            _app.Services.GetRequiredService<IInlineConstraintResolver>(),
            errors
        );
        _invocation = new HttpInvocation(invoker, _app.Services.GetRequiredService<IHttpForwarder>(), options.LoggerFactory);
    }

    public Uri Address => EmbeddedHost.Address(_app);

    /// <exception cref="HostConfigurationException">The port is taken.</exception>
    public async Task StartAsync(int port, CancellationToken cancellation)
    {
        try
        {
            await _app.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            throw new HostConfigurationException(
                $"The port {port} cannot be listened on: {error.Message} Stop what uses it, or give another port.",
                error
            );
        }
    }

    /// <summary>Takes no more requests and waits for those that run, at most until canceled.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _invocation.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path.StartsWithSegments("/admin"))
            await _admin.HandleAsync(context, _keys?.LevelOf(request, function: null) ?? AuthorizationLevel.Admin);
        else if (await _routes.FindAsync(context) is var (function, values))
            await RunAsync(context, function, values);
        else if (request.Path == "/" && HttpMethods.IsGet(request.Method))
            await response.WriteAsync(HomePage);
        else
            response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task RunAsync(HttpContext context, FunctionDefinition function, RouteValueDictionary values)
    {
        var (request, response) = (context.Request, context.Response);
        var level = _keys?.LevelOf(request, function.Name);
        if (level < function.Level)
        {
            response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else if (function.IsDisabled && level != AuthorizationLevel.Admin)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (request.ContentLength > _bodyLimit)
        {
            // The body stays unread, so the connection cannot be used again.
            response.Headers.Connection = "close";
            response.StatusCode = StatusCodes.Status413PayloadTooLarge;
        }
        else
        {
            await _invocation.RunAsync(context, function, values);
        }
    }
}
