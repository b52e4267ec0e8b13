using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Rpc;

namespace RoadSeg.LocalHost.Worker;

/// <summary>Keeps one worker process running, its functions loaded: an exit with 200 is a wish for a restart, any other an error; the third
/// error ends the host.</summary>
internal sealed partial class WorkerSupervisor(
    WorkerConfig config,
    HostSettings settings,
    RpcServer rpc,
    TimeProvider clock,
    ILoggerFactory loggers,
    Action<string> stopHost
) : IAsyncDisposable
{
    public const string HostVersion = "4.0.0.0";
    private const int IntentionalRestart = 200;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndWait = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = loggers.CreateLogger("Host.Worker");
    private readonly RestartPolicy _restarts = new(clock);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource<WorkerChannel> _ready = NewSignal<WorkerChannel>();
    private TaskCompletionSource _restartWish = NewSignal();
    private Task _loop = Task.CompletedTask;
    private volatile WorkerProcess? _process;

    public int StartCount { get; private set; }

    /// <summary>Process id of the running worker, or null.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>What the first worker said it has.</summary>
    public IReadOnlyList<RpcFunctionMetadata>? Functions { get; private set; }

    /// <summary>Functions that the worker could not load, and why.</summary>
    public Dictionary<string, string> LoadErrors { get; } = new(StringComparer.Ordinal);

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Waits for a worker that has loaded its functions.</summary>
    /// <exception cref="WorkerUnavailableException">The host is stopping.</exception>
    public Task<WorkerChannel> ReadyAsync(CancellationToken cancellation)
    {
        lock (_gate)
            return _ready.Task.WaitAsync(cancellation);
    }

    /// <summary>Kills the worker after a function's time-out. Not counted as an error; every invocation in flight fails.</summary>
    /// <param name="worker">The one that is meant: a successor is left alone.</param>
    public void Restart(WorkerChannel worker)
    {
        lock (_gate)
            if (_ready.Task.IsCompletedSuccessfully && _ready.Task.Result == worker)
                _restartWish.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        var reason = "The host is stopping.";
        while (!_stopping.IsCancellationRequested)
        {
            if (await RunOnceAsync() is not { } error)
                continue;
            WorkerFailed(_logger, error.Message);
            if (_restarts.MayRestartAfterError())
                continue;
            stopHost(reason = $"The worker failed for the third time. {error.Message}");
            break;
        }
        lock (_gate)
        {
            if (_ready.Task.IsCompletedSuccessfully)
                _ready = NewSignal<WorkerChannel>();
            _ready.TrySetException(new WorkerUnavailableException(reason));
        }
    }

    /// <summary>One process from start to end. Returns the error to count, or null for a wanted end.</summary>
    private async Task<WorkerException?> RunOnceAsync()
    {
        var workerId = Guid.NewGuid().ToString();
        var channel = new WorkerChannel(loggers);
        rpc.Expect(workerId, channel);
        Task restartWish;
        lock (_gate)
        {
            StartCount++;
            restartWish = (_restartWish = NewSignal()).Task;
        }
        try
        {
            await using var process = WorkerProcess.Start(
                config.Describe(settings, rpc.Address, workerId),
                loggers.CreateLogger("Host.Function.Console")
            );
            _process = process;
            WorkerStarted(_logger, process.Id);
            var serving = ServeAsync(channel);
            await Task.WhenAny(serving, process.Exited, restartWish)
                .WaitAsync(_stopping.Token)
                .ContinueWith(_ => { }, TaskScheduler.Default);
            NotReady();
            if (_stopping.IsCancellationRequested)
            {
                channel.Terminate();
                await Task.WhenAny(process.Exited, Task.Delay(EndWait));
                return null;
            }
            if (restartWish.IsCompleted)
                return null;
            // A worker that hung up is about to end, and its exit says more.
            await Task.WhenAny(process.Exited, Task.Delay(EndWait));
            if (!process.Exited.IsCompleted)
                return await serving;
            return await process.Exited is var code && code == IntentionalRestart ? null : await process.DescribeExitAsync(code);
        }
        catch (WorkerException error)
        {
            return error;
        }
        finally
        {
            _process = null;
            rpc.Forget(workerId);
            channel.Fail(new WorkerException("The worker ended while it ran the function."));
        }
    }

    /// <summary>Ends with what went wrong, in the start or later.</summary>
    private async Task<WorkerException> ServeAsync(WorkerChannel channel)
    {
        try
        {
            await LoadAsync(channel).WaitAsync(StartLimit);
            WorkerReady(_logger);
            lock (_gate)
                _ready.TrySetResult(channel);
            return await channel.Ended;
        }
        catch (WorkerException error)
        {
            return error;
        }
        catch (TimeoutException)
        {
            return new WorkerException($"The worker did not load its functions within {StartLimit}.");
        }
    }

    private async Task LoadAsync(WorkerChannel channel)
    {
        await channel.StartAsync(config.AppFolder, HostVersion);
        Functions ??= await channel.IndexAsync(config.AppFolder);
        foreach (var function in Functions)
            if (await channel.LoadAsync(function) is { } error)
                LoadErrors[function.Name] = error;
    }

    /// <summary>From here on new invocations wait for the next process.</summary>
    private void NotReady()
    {
        lock (_gate)
            if (_ready.Task.IsCompletedSuccessfully)
                _ready = NewSignal<WorkerChannel>();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource<T> NewSignal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Worker process {ProcessId} started.")]
    private static partial void WorkerStarted(ILogger logger, int processId);

    [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "Worker process started and initialized.")]
    private static partial void WorkerReady(ILogger logger);

    [LoggerMessage(EventId = 112, Level = LogLevel.Error, Message = "{Error}")]
    private static partial void WorkerFailed(ILogger logger, string error);
}
