using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Rpc;
using RoadSeg.LocalHost.Worker;

namespace RoadSeg.LocalHost.Functions;

/// <summary>Runs invocations in the worker that is ready, each within functionTimeout.</summary>
internal sealed partial class FunctionInvoker(WorkerSupervisor workers, TimeSpan? functionTimeout, FunctionsHostOptions options)
{
    private readonly ILogger _logger = options.LoggerFactory.CreateLogger("Host.Worker");

    /// <summary>Runs one invocation; canceling asks the function to cancel.</summary>
    /// <param name="alongside">Runs beside the invocation, given the worker, the id and a token that ends with it: HTTP's own way to the
    /// worker.</param>
    /// <exception cref="FunctionFailedException">The function failed.</exception>
    /// <exception cref="FunctionTimeoutException">It ran longer than functionTimeout.</exception>
    /// <exception cref="WorkerException">The worker ended meanwhile.</exception>
    /// <exception cref="WorkerUnavailableException">The host is stopping.</exception>
    public async Task InvokeAsync(
        FunctionDefinition function,
        InvocationRequest request,
        CancellationToken cancellation,
        Func<WorkerChannel, CancellationToken, Task>? alongside = null
    )
    {
        // The wait for a starting worker has its own limit: functionTimeout must not kill it before it can answer.
        var worker = await workers.ReadyAsync(cancellation);
        using var canceling = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var abandoned = new CancellationTokenSource();
        var work = RunAsync(worker, function, request, canceling, alongside, abandoned.Token);
        try
        {
            await work.WaitAsync(functionTimeout ?? Timeout.InfiniteTimeSpan, options.TimeProvider);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            var error = new FunctionTimeoutException(
                $"Timeout value of {functionTimeout} exceeded by function 'Functions.{function.Name}' (Id: '{request.InvocationId}'). "
                    + "Initiating cancellation."
            );
            await canceling.CancelAsync();
            if (await Task.WhenAny(work, Task.Delay(options.TimeoutGracePeriod, options.TimeProvider)) != work)
            {
                // The only way to end an invocation that does not heed its cancellation, and with it every other in flight.
                TimedOut(_logger, function.Name);
                workers.Restart(worker);
                await abandoned.CancelAsync();
            }
            await work.ContinueWith(_ => { }, TaskScheduler.Default);
            throw error;
        }
    }

    private static async Task RunAsync(
        WorkerChannel worker,
        FunctionDefinition function,
        InvocationRequest request,
        CancellationTokenSource canceling,
        Func<WorkerChannel, CancellationToken, Task>? alongside,
        CancellationToken abandoned
    )
    {
        if (alongside is null)
        {
            await worker.InvokeAsync(request, function.Name, canceling.Token);
            return;
        }
        var beside = alongside(worker, abandoned);
        var invocation = worker.InvokeAsync(request, function.Name, canceling.Token);
        try
        {
            await beside;
        }
        catch
        {
            // The worker may wait for a request that never came whole, longer than the caller should for the answer.
            await canceling.CancelAsync();
            _ = invocation.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
            throw;
        }
        await invocation;
    }

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Warning,
        Message = "'Functions.{Function}' did not end when its time was over. Restarting the worker."
    )]
    private static partial void TimedOut(ILogger logger, string function);
}
