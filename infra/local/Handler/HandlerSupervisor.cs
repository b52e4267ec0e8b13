using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Handler;

/// <summary>
/// Keeps one handler process running on one port, by the restart rules of the real host: exit 0 is left alone, exit 200 is a
/// wish for a restart, anything else is an error; the third error stops the host.
/// </summary>
internal sealed partial class HandlerSupervisor(
    CustomHandlerOptions options, HostSettings settings, string scriptRoot, TimeProvider clock, ILoggerFactory loggers, Action<string> stopHost)
    : IAsyncDisposable
{
    private const int IntentionalRestart = 200;
    private static readonly TimeSpan WaitStep = TimeSpan.FromMilliseconds(25);

    private readonly ILogger _logger = loggers.CreateLogger("Host.Handler");
    private readonly RestartPolicy _restarts = new(clock);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HandlerReadiness _readiness = new(options.InitializationTimeout, clock);
    private readonly Lock _gate = new();
    private TaskCompletionSource _ready = NewSignal();
    private TaskCompletionSource _restartWish = NewSignal();
    private Task _loop = Task.CompletedTask;
    private volatile HandlerProcess? _process;

    public int Port { get; } = options.Port is { } port ? HandlerPort.Require(port) : HandlerPort.Free();

    public int StartCount { get; private set; }

    /// <summary>Process id of the running handler, or null.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>Ends when the first handler answers; canceled if the host stops before.</summary>
    public Task FirstReady { get; private set; } = Task.CompletedTask;

    public void Start()
    {
        FirstReady = _ready.Task;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Waits for a handler that has answered. After four initialization time-outs the whole host stops.</summary>
    /// <exception cref="HandlerUnavailableException">The host is stopping.</exception>
    public async Task WaitUntilReadyAsync()
    {
        // A call that broke off is often followed by the next one before the exit is reported.
        if (_process is { HasFailed: true }) NotReady();
        Task ready;
        lock (_gate) ready = _ready.Task;
        var limit = (RestartPolicy.Threshold + 1) * options.InitializationTimeout;
        // Nominal steps, so that on a busy machine three failed starts end the host before this does.
        for (var waited = TimeSpan.Zero; !ready.IsCompleted && waited < limit; waited += WaitStep)
            await Task.WhenAny(ready, Task.Delay(WaitStep, clock));
        if (ready.IsCompletedSuccessfully) return;
        if (!ready.IsCompleted) stopHost("Initialization of the handler timed out and the host is shutting down.");
        throw new HandlerUnavailableException("Function host is not running.");
    }

    /// <summary>Kills the handler after a function time-out. Not counted as an error; every invocation in flight fails.</summary>
    /// <param name="start">The <see cref="StartCount"/> of the process that is meant: a successor is left alone.</param>
    public void Restart(int start)
    {
        lock (_gate)
        {
            if (start == StartCount) _restartWish.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _loop;
        _readiness.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (await RunOnceAsync() is { } error)
                {
                    HandlerFailed(_logger, error.Message, error.InnerException?.Message ?? "");
                    if (_restarts.MayRestartAfterError()) continue;
                    ExceededRestarts(_logger);
                    stopHost("Exceeded http worker restart retry count. Shutting down Functions Host. "
                        + $"Last error: {error.Message} {error.InnerException?.Message}".TrimEnd());
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host is stopping; the process was killed on the way out.
        }
        finally
        {
            lock (_gate) _ready.TrySetCanceled();
        }
    }

    /// <summary>One process from start to end. Returns the error to count, or null for a wanted restart.</summary>
    private async Task<Exception?> RunOnceAsync()
    {
        var restartWish = BeginAttempt();
        try
        {
            var start = HandlerStart.Describe(options, settings, scriptRoot, Port, workerId: Guid.NewGuid().ToString());
            await using var process = HandlerProcess.Start(start, new HandlerConsole(loggers, options.UseStdErrorStreamForErrorsOnly));
            _process = process;
            HandlerStarted(_logger, process.Id, Port);

            // An exit with 0 is no error, so the wait for an answer then simply runs into its time-out.
            var errorExit = ErrorExitAsync(process);
            using var attemptEnded = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            var ready = _readiness.WaitAsync(Port, attemptEnded.Token);
            await Task.WhenAny(ready, errorExit, restartWish);
            if (!ready.IsCompleted)
            {
                await attemptEnded.CancelAsync();
                await ready.ContinueWith(_ => { }, TaskScheduler.Default);
            }
            if (ready.IsCompletedSuccessfully)
            {
                HandlerReady(_logger);
                lock (_gate) _ready.TrySetResult();
                await Task.WhenAny(errorExit, restartWish).WaitAsync(_stopping.Token);
                NotReady();
            }
            _stopping.Token.ThrowIfCancellationRequested();
            if (errorExit.IsCompleted)
                return await errorExit is var code && code == IntentionalRestart ? null : await process.DescribeExitAsync(code);
            if (restartWish.IsCompleted) return null;
            await ready;
            return null;
        }
        catch (Exception error) when (error is HandlerException or TimeoutException)
        {
            return error;
        }
        finally
        {
            _process = null;
        }
    }

    /// <summary>Ends with the exit code, unless that is 0: then never.</summary>
    private static async Task<int> ErrorExitAsync(HandlerProcess process)
    {
        var code = await process.Exited;
        if (code == 0) await Task.Delay(Timeout.Infinite);
        return code;
    }

    private Task BeginAttempt()
    {
        lock (_gate)
        {
            StartCount++;
            _restartWish = NewSignal();
            return _restartWish.Task;
        }
    }

    /// <summary>From here on new invocations wait for the next process.</summary>
    private void NotReady()
    {
        lock (_gate)
        {
            if (_ready.Task.IsCompletedSuccessfully) _ready = NewSignal();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Handler process {ProcessId} started on port {Port}.")]
    private static partial void HandlerStarted(ILogger logger, int processId, int port);

    [LoggerMessage(EventId = 111, Level = LogLevel.Information, Message = "Worker process started and initialized.")]
    private static partial void HandlerReady(ILogger logger);

    [LoggerMessage(EventId = 112, Level = LogLevel.Error, Message = "{Error} {LastErrors}")]
    private static partial void HandlerFailed(ILogger logger, string error, string lastErrors);

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "Exceeded http worker restart retry count. Shutting down Functions Host")]
    private static partial void ExceededRestarts(ILogger logger);
}
