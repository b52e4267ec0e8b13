using System.Runtime.ExceptionServices;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Microsoft.Azure.WebJobs.Host;
using Microsoft.Azure.WebJobs.Host.Executors;
using Microsoft.Azure.WebJobs.Host.Timers;
using Microsoft.Azure.WebJobs.Hosting;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Functions;

/// <summary>The WebJobs SDK with its queue and timer extensions, as the official host runs it: it listens, renews, retries, poisons and
/// drains.</summary>
internal sealed class TriggerHost : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _started;

    public TriggerHost(
        IReadOnlyList<FunctionDefinition> functions,
        HostSettings settings,
        FunctionInvoker invoker,
        ILoggerFactory loggers,
        string hostId,
        Action<string> stopHost
    )
    {
        var byName = functions
            .Where(function => !function.IsHttp)
            .ToDictionary(function => function.Name, StringComparer.OrdinalIgnoreCase);
        var type = EmittedFunctions.Emit(byName.Values);
        var instance = Activator.CreateInstance(
            type,
            (Func<string, Trigger, Task>)(
                (name, trigger) => invoker.InvokeAsync(byName[name], trigger.ToRequest(byName[name]), trigger.Cancellation)
            )
        )!;

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { EnvironmentName = settings.EnvironmentName });
        EmbeddedHost.Embed(builder.Services);
        // An instance is never disposed with its container.
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(settings.Configuration);
        builder.Services.AddSingleton<ITypeLocator>(new OneType(type));
        builder.Services.AddSingleton<IJobActivator>(new OneInstance(instance));
        builder.Services.AddSingleton<IWebJobsExceptionHandlerFactory>(new StoppingHandlers(stopHost));
        builder.Services.AddSingleton<IHostIdProvider>(new HostId(hostId));
        builder.Services.AddWebJobs(_ => { }).AddExecutionContextBinding().AddAzureStorageQueues().AddTimers();
        builder.Services.AddSingleton<ScheduleMonitor>(_ => new BlobScheduleMonitor(settings.Configuration, hostId));
        builder.Services.AddSingleton<IHostedService, JobHostService>();
        _host = builder.Build();
    }

    /// <exception cref="HostConfigurationException">A setting is missing, a schedule is wrong, or storage cannot be reached.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        try
        {
            await _host.StartAsync(cancellation);
            _started = true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new HostConfigurationException($"{error.Message} {error.InnerException?.Message}".TrimEnd(), error);
        }
    }

    /// <summary>Runs a function with a text as the trigger's value; disabled ones too.</summary>
    public Task RunByHandAsync(string function, string text) =>
        _host
            .Services.GetRequiredService<IJobHost>()
            .CallAsync($"Functions.{function}", new Dictionary<string, object> { [FunctionMethods.ValueName] = text });

    /// <summary>Stops listening and waits for what runs, at most until canceled.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (!_started)
            return;
        await _host.Services.GetRequiredService<IDrainModeManager>().EnableDrainModeAsync(cancellation);
        await _host.StopAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is IAsyncDisposable host)
            await host.DisposeAsync();
    }

    private sealed class OneType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    private sealed class OneInstance(object instance) : IJobActivator
    {
        public T CreateInstance<T>() => (T)instance;
    }

    private sealed class HostId(string id) : IHostIdProvider
    {
        public Task<string> GetHostIdAsync(CancellationToken cancellationToken) => Task.FromResult(id);
    }

    /// <summary>The SDK's own handler ends the whole process.</summary>
    private sealed class StoppingHandlers(Action<string> stopHost) : IWebJobsExceptionHandlerFactory, IWebJobsExceptionHandler
    {
        public IWebJobsExceptionHandler Create(IHost jobHost) => this;

        public Task OnTimeoutExceptionAsync(ExceptionDispatchInfo exceptionInfo, TimeSpan timeoutGracePeriod) => Task.CompletedTask;

        public Task OnUnhandledExceptionAsync(ExceptionDispatchInfo exceptionInfo)
        {
            stopHost($"A listener failed: {exceptionInfo.SourceException.Message}");
            return Task.CompletedTask;
        }
    }
}
