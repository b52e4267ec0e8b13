using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>Generic hosts inside this one: no configuration sources, no signal handling, logs where the caller says.</summary>
internal static class EmbeddedHost
{
    public static WebApplicationBuilder CreateBuilder(ILoggerFactory loggers)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        Embed(builder.Services);
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(new Forwarding(loggers));
        return builder;
    }

    public static void Embed(IServiceCollection services)
    {
        services.AddSingleton<IHostLifetime, NoSignals>();
        // The caller of StopAsync says how long running work may take.
        services.Configure<HostOptions>(hosting => hosting.ShutdownTimeout = Timeout.InfiniteTimeSpan);
    }

    /// <summary>Logs to another factory, what host.json's levels let through.</summary>
    public static ILoggerFactory Loggers(IConfigurationSection levels, ILoggerFactory target) =>
        LoggerFactory.Create(logging =>
            logging.SetMinimumLevel(LogLevel.Information).AddConfiguration(levels).AddProvider(new Forwarding(target))
        );

    public static Uri Address(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private sealed class Forwarding(ILoggerFactory target) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => target.CreateLogger(categoryName);

        public void Dispose()
        {
            // The target belongs to the caller.
        }
    }

    private sealed class NoSignals : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
