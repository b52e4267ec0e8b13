using System.Security.Cryptography;
using System.Text;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Http;
using RoadSeg.LocalHost.Worker;

namespace RoadSeg.LocalHost;

/// <summary>A running local Functions host: the worker process, the HTTP front and the listeners. Disposing stops it.</summary>
public sealed partial class FunctionsHost : IAsyncDisposable
{
    private readonly FunctionsHostOptions _options;
    private readonly ILogger _logger;
    private readonly Dictionary<string, string> _errors = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource<string> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly RpcServer _rpc;
    private readonly WorkerSupervisor _workers;
    private IReadOnlyList<FunctionDefinition> _functions = [];
    private FunctionInvoker? _invoker;
    private TriggerHost? _triggers;
    private HttpFront? _front;
    private Task? _stop;

    private FunctionsHost(FunctionsHostOptions options, HostSettings settings, RpcServer rpc)
    {
        _options = options;
        _logger = options.LoggerFactory.CreateLogger("Host");
        _rpc = rpc;
        _workers = new WorkerSupervisor(
            WorkerConfig.Load(options.ScriptRoot),
            settings,
            rpc,
            options.TimeProvider,
            options.LoggerFactory,
            StopByItself
        );
    }

    /// <summary>Where the HTTP functions answer: <c>http://127.0.0.1:port/</c>.</summary>
    public Uri BaseAddress => _front!.Address;

    /// <summary>Ends with the reason once the host has stopped: by <see cref="StopAsync"/>, or by itself (third worker crash).</summary>
    public Task<string> Completion => _completion.Task;

    /// <summary>Loaded functions, disabled ones included.</summary>
    public IReadOnlyList<string> FunctionNames => [.. _functions.Select(function => function.Name)];

    /// <summary>Functions that this host or the worker cannot run, and why.</summary>
    public IReadOnlyDictionary<string, string> FunctionErrors => _errors;

    /// <summary>Process id of the worker, or null while none runs.</summary>
    public int? WorkerProcessId => _workers.ProcessId;

    /// <summary>How many worker processes have been started.</summary>
    public int WorkerStartCount => _workers.StartCount;

    /// <summary>The file with the keys, or null when keys are not checked.</summary>
    public string? KeyFile { get; private set; }

    /// <summary>Starts the worker, asks it for its functions, then listens for HTTP and starts the listeners.</summary>
    /// <exception cref="HostConfigurationException">host.json, a setting, the port or the worker cannot be used.</exception>
    public static async Task<FunctionsHost> StartAsync(FunctionsHostOptions options, CancellationToken cancellation = default)
    {
        options = options.Validated();
        var settings = HostSettings.Load(options.ScriptRoot, options.Settings);
        options = options with { LoggerFactory = EmbeddedHost.Loggers(settings.Host("logging"), options.LoggerFactory) };
        var rpc = await RpcServer.StartAsync(options.LoggerFactory, cancellation);
        FunctionsHost? host = null;
        try
        {
            host = new FunctionsHost(options, settings, rpc);
            await host.StartAsync(settings, cancellation);
            return host;
        }
        catch (WorkerUnavailableException error)
        {
            await host!.StopAsync(CancellationToken.None);
            throw new HostConfigurationException(error.Message, error);
        }
        catch
        {
            if (host is null)
                await rpc.DisposeAsync();
            else
                await host.StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Stops listeners and HTTP, waits for running work until canceled, then ends the worker.</summary>
    public Task StopAsync(CancellationToken cancellation = default)
    {
        lock (_gate)
            return _stop ??= StopCoreAsync("The host was stopped.", cancellation);
    }

    /// <summary>Stops without a limit on running work; call <see cref="StopAsync"/> first to set one.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Runs a function, disabled or not, as if its trigger had fired.</summary>
    internal Task InvokeAsync(string function, Trigger trigger)
    {
        var definition = _functions.Single(one => one.Name == function);
        return _invoker!.InvokeAsync(definition, trigger.ToRequest(definition), trigger.Cancellation);
    }

    private async Task StartAsync(HostSettings settings, CancellationToken cancellation)
    {
        _workers.Start();
        await _workers.ReadyAsync(cancellation);
        var functions = _functions = Define(settings);
        var hostId = HostId(settings, _options.ScriptRoot);
        var keys = _options.RequireKeys
            ? FunctionKeys.Load(_options.StateFolder ?? Path.Combine(Path.GetTempPath(), "roadseg-localhost", hostId), functions)
            : null;
        KeyFile = keys?.File;
        var invoker = _invoker = new FunctionInvoker(_workers, settings.FunctionTimeout, _options);
        _triggers = new TriggerHost(functions, settings, invoker, _options.LoggerFactory, hostId, StopByItself);
        _front = new HttpFront(
            _options,
            settings,
            functions,
            keys,
            new AdminApi(functions, _errors, _triggers.RunByHandAsync),
            invoker,
            _errors
        );
        await _front.StartAsync(_options.Port, cancellation);
        await _triggers.StartAsync(cancellation);
        foreach (var (name, error) in _errors)
            FunctionFailed(_logger, name, error);
        foreach (var function in functions.Where(function => function.IsDisabled))
            FunctionDisabled(_logger, function.Name);
        Listening(_logger, BaseAddress, functions.Count);
    }

    private List<FunctionDefinition> Define(HostSettings settings)
    {
        foreach (var (name, error) in _workers.LoadErrors)
            _errors[name] = error;
        var functions = new List<FunctionDefinition>();
        foreach (var metadata in _workers.Functions!)
        {
            try
            {
                var function = new FunctionDefinition(metadata, settings.IsDisabled(metadata.Name));
                if (!_errors.ContainsKey(function.Name))
                    functions.Add(function);
            }
            catch (FormatException error)
            {
                _errors[metadata.Name] = error.Message;
            }
        }
        return functions;
    }

    private void StopByItself(string reason)
    {
        HostStops(_logger, reason);
        lock (_gate)
            _stop ??= Task.Run(() => StopCoreAsync(reason, CancellationToken.None));
    }

    private async Task StopCoreAsync(string reason, CancellationToken cancellation)
    {
        try
        {
            await Task.WhenAll(
                _triggers?.StopAsync(cancellation) ?? Task.CompletedTask,
                _front?.StopAsync(cancellation) ?? Task.CompletedTask
            );
        }
        catch (OperationCanceledException)
        {
            // Out of patience: running messages become visible again when their lock ends, running requests break off.
        }
        catch (Exception error)
        {
            StopFailed(_logger, error);
        }
        await _workers.DisposeAsync();
        if (_triggers is not null)
            await _triggers.DisposeAsync();
        if (_front is not null)
            await _front.DisposeAsync();
        await _rpc.DisposeAsync();
        _options.LoggerFactory.Dispose();
        _completion.TrySetResult(reason);
    }

    // Names timer states and the key folder: the same app folder on the same machine finds them again.
    private static string HostId(HostSettings settings, string appFolder)
    {
        const int longest = 32;
        if (settings.Configuration["AzureFunctionsWebHost:hostid"] is { Length: > 0 } given)
            return given;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(appFolder)))[..8];
        var machine = new string(Environment.MachineName.ToLowerInvariant().Where(char.IsAsciiLetterOrDigit).Take(longest - 9).ToArray());
        return $"{(machine.Length == 0 ? "local" : machine)}-{hash}";
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Listening on {Address} with {Functions} functions.")]
    private static partial void Listening(ILogger logger, Uri address, int functions);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "The '{Function}' function is in error: {Error}")]
    private static partial void FunctionFailed(ILogger logger, string function, string error);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Function '{Function}' is disabled.")]
    private static partial void FunctionDisabled(ILogger logger, string function);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "The listeners did not stop in good order.")]
    private static partial void StopFailed(ILogger logger, Exception error);

    [LoggerMessage(EventId = 5, Level = LogLevel.Critical, Message = "The host stops: {Reason}")]
    private static partial void HostStops(ILogger logger, string reason);
}
