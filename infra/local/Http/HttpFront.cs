using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;
using Yarp.ReverseProxy.Forwarder;

namespace RoadSeg.LocalHost.Http;

/// <summary>Kestrel on loopback in front of the request pipeline.</summary>
internal sealed class HttpFront : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly BufferedForwarder? _forwarder;
    private readonly StreamingProxy? _proxy;

    private HttpFront(WebApplication app, BufferedForwarder? forwarder, StreamingProxy? proxy)
    {
        (_app, _forwarder, _proxy) = (app, forwarder, proxy);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public static async Task<HttpFront> StartAsync(
        FunctionsHostOptions options, HostJsonOptions host, CustomHandlerOptions handler, FunctionFolder folder, FunctionKeys? keys, AdminApi admin,
        FunctionExecutor executor, JsonInvocation json, int handlerPort, CancellationToken stopping, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, options.Port);
            kestrel.Limits.MaxRequestBodySize = host.RequestBodyLimit;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        // The caller of StopAsync says how long running requests may take.
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(hosting => hosting.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, EmbeddedLifetime>());
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new ForwardingLoggers(options.LoggerFactory));
        var app = builder.Build();

        var forwarder = BufferedForwarder.For(handler, handlerPort, host, options.Strict);
        var proxy = handler.HttpForm == HttpForm.Proxy
            ? new StreamingProxy(app.Services.GetRequiredService<IHttpForwarder>(), handlerPort, options.TimeProvider) : null;
        var routes = new FunctionRoutes(folder.Functions, host.RoutePrefix, app.Services.GetRequiredService<IInlineConstraintResolver>());
        var pipeline = new RequestPipeline(host, routes, keys, admin, executor, json, forwarder, proxy, stopping);
        app.Run(pipeline.HandleAsync);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (IOException error)
        {
            await app.DisposeAsync();
            throw new HostConfigurationException(
                $"The port {options.Port} cannot be listened on: {error.Message} Stop what uses it, or give another port.", error);
        }
        return new HttpFront(app, forwarder, proxy);
    }

    /// <summary>Waits for running requests, at most until canceled.</summary>
    public Task StopAsync(CancellationToken cancellation) => _app.StopAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _forwarder?.Dispose();
        _proxy?.Dispose();
    }

    /// <summary>Signals belong to the program that embeds the host, not to its web server.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class ForwardingLoggers(ILoggerFactory loggers) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => loggers.CreateLogger(categoryName);

        public void Dispose()
        {
            // The factory belongs to the caller.
        }
    }
}
