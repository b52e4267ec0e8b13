using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Handler;
using RoadSeg.LocalHost.Http;
using RoadSeg.LocalHost.Invocation;
using RoadSeg.LocalHost.Queues;
using RoadSeg.LocalHost.Storage;

namespace RoadSeg.LocalHost;

/// <summary>A running local Functions host: the handler process, the HTTP front and the listeners. Disposing stops it.</summary>
public sealed partial class FunctionsHost : IAsyncDisposable
{
    private readonly HandlerSupervisor _handler;
    private readonly JsonInvocation _json;
    private readonly FunctionListeners _listeners;
    private readonly HttpFront _front;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping;
    private readonly TaskCompletionSource<string> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _stop;

    private FunctionsHost(HostParts parts, CancellationTokenSource stopping, ILogger logger)
    {
        (_handler, _json, _listeners, _front) = (parts.Handler, parts.Json, parts.Listeners, parts.Front);
        FunctionNames = parts.Folder.Functions.Select(f => f.Name).ToArray();
        FunctionErrors = parts.Folder.Errors;
        BaseAddress = parts.Front.Address;
        KeyFile = parts.KeyFile;
        _stopping = stopping;
        _logger = logger;
    }

    /// <summary>Where the HTTP functions answer: <c>http://127.0.0.1:port/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>Ends when the handler first answers; canceled if the host stops before that.</summary>
    public Task HandlerReady => _handler.FirstReady;

    /// <summary>Ends with the reason once the host has stopped: by <see cref="StopAsync"/>, or by itself (third handler crash).</summary>
    public Task<string> Completion => _completion.Task;

    /// <summary>Loaded functions, disabled ones included.</summary>
    public IReadOnlyList<string> FunctionNames { get; }

    /// <summary>Functions that could not be loaded or whose listener could not be made, and why.</summary>
    public IReadOnlyDictionary<string, string> FunctionErrors { get; }

    /// <summary>Process id of the handler, or null while none runs.</summary>
    public int? HandlerProcessId => _handler.ProcessId;

    /// <summary>How many handler processes have been started.</summary>
    public int HandlerStartCount => _handler.StartCount;

    /// <summary>The file with the keys, or null when keys are not checked.</summary>
    public string? KeyFile { get; }

    /// <summary>Reads the app folder, listens for HTTP, starts the handler (without waiting for it) and the listeners.</summary>
    /// <exception cref="HostConfigurationException">host.json, a setting or the port cannot be used.</exception>
    public static async Task<FunctionsHost> StartAsync(FunctionsHostOptions options, CancellationToken cancellation = default)
    {
        options = options.Validated();
        var logger = options.LoggerFactory.CreateLogger("Host");
        var stopping = new CancellationTokenSource();
        FunctionsHost? host = null;
        var parts = await HostParts.BuildAsync(options, reason => host!.StopByItself(reason), stopping.Token, cancellation);
        host = new FunctionsHost(parts, stopping, logger);

        if (parts.HandlerOptions.Warning is { } warning) ConfigurationWarning(logger, warning);
        if (!parts.HostOptions.HasExtensionBundle && parts.Folder.Functions.Any(f => f.NeedsExtensionBundle))
            ConfigurationWarning(logger, "host.json has no extensionBundle. On Azure, queue and blob bindings need one.");
        foreach (var (name, error) in parts.Folder.Errors) FunctionFailed(logger, name, error);
        foreach (var function in parts.Folder.Functions.Where(f => f.IsDisabled)) FunctionDisabled(logger, function.Name);

        if (parts.Folder.Functions.Count > 0) parts.Handler.Start();
        parts.Listeners.Start();
        Listening(logger, host.BaseAddress, parts.Folder.Functions.Count);
        return host;
    }

    /// <summary>Stops listeners and HTTP, waits for running work until canceled, then kills the handler.</summary>
    public Task StopAsync(CancellationToken cancellation = default)
    {
        lock (_gate) return _stop ??= StopCoreAsync("The host was stopped.", cancellation);
    }

    /// <summary>Stops without a limit on running work; call <see cref="StopAsync"/> first to set one.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    private void StopByItself(string reason)
    {
        HostStops(_logger, reason);
        lock (_gate) _stop ??= Task.Run(() => StopCoreAsync(reason, CancellationToken.None));
    }

    private async Task StopCoreAsync(string reason, CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_listeners.StopAsync(cancellation), _front.StopAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // Out of patience: running messages become visible again when their lock ends, running requests break off.
        }
        await _handler.DisposeAsync();
        await _listeners.DisposeAsync();
        await _front.DisposeAsync();
        _json.Dispose();
        _completion.TrySetResult(reason);
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Listening on {Address} with {Functions} functions.")]
    private static partial void Listening(ILogger logger, Uri address, int functions);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The '{Function}' function is in error: {Error}")]
    private static partial void FunctionFailed(ILogger logger, string function, string error);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Function '{Function}' is disabled.")]
    private static partial void FunctionDisabled(ILogger logger, string function);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "{Warning}")]
    private static partial void ConfigurationWarning(ILogger logger, string warning);

    [LoggerMessage(EventId = 5, Level = LogLevel.Critical, Message = "The host stops: {Reason}")]
    private static partial void HostStops(ILogger logger, string reason);
}
