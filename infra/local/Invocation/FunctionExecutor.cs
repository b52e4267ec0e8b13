using System.Diagnostics;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Handler;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>One try of an invocation.</summary>
/// <param name="Id">Sent as X-Azure-Functions-InvocationId.</param>
/// <param name="Retry">Set on retried invocations only.</param>
/// <param name="Abandoned">Canceled when the handler was killed for this try's time-out.</param>
/// <param name="Stopping">Canceled when the host begins to stop; what runs may still finish.</param>
internal sealed record Attempt(Guid Id, RetryContext? Retry, CancellationToken Abandoned, CancellationToken Stopping);

/// <summary>What a retried invocation is told about the tries before it.</summary>
internal sealed record RetryContext(int RetryCount, int MaxRetryCount, Exception Exception);

/// <summary>Runs invocations: waits for the handler, applies functionTimeout and the retry policy, logs start and end.</summary>
internal sealed partial class FunctionExecutor(
    HandlerSupervisor handler, TimeSpan? functionTimeout, TimeSpan gracePeriod, TimeProvider clock, Random random, ILoggerFactory loggers)
{
    /// <summary>Null on success, else the error of the last try. Never throws for a failed function.</summary>
    /// <param name="traceParent">The caller's <c>traceparent</c>, so that its trace goes on in the handler.</param>
    public async Task<Exception?> ExecuteAsync(FunctionDefinition function, Func<Attempt, Task> send, string? traceParent, CancellationToken stopping)
    {
        var logger = loggers.CreateLogger(function.LogCategory);
        RandomizedBackoff? delays = function.Retry is { Exponential: true } policy ? new(policy.Minimum, policy.Maximum, random) : null;
        RetryContext? retry = null;
        while (true)
        {
            var error = await TryAsync(function, send, retry, traceParent, logger, stopping);
            if (error is null || function.Retry is not { } limits) return error;
            var count = (retry?.RetryCount ?? 0) + 1;
            if (limits.MaxRetryCount != -1 && count > limits.MaxRetryCount) return error;
            retry = new RetryContext(count, limits.MaxRetryCount, error);
            var delay = delays?.NextDelay(found: false) ?? limits.Minimum;
            Retrying(logger, delay, count, limits.MaxRetryCount);
            try
            {
                await Task.Delay(delay, clock, stopping);
            }
            catch (OperationCanceledException)
            {
                return error;
            }
        }
    }

    private async Task<Exception?> TryAsync(
        FunctionDefinition function, Func<Attempt, Task> send, RetryContext? retry, string? traceParent, ILogger logger, CancellationToken stopping)
    {
        // HttpClient writes the current activity's traceparent into the request.
        using var activity = new Activity(function.Name);
        if (ActivityContext.TryParse(traceParent, null, out _)) activity.SetParentId(traceParent!);
        activity.Start();
        var abandoned = new CancellationTokenSource();
        var attempt = new Attempt(Guid.NewGuid(), retry, abandoned.Token, stopping);
        var started = clock.GetTimestamp();
        Executing(logger, function.Name, attempt.Id);
        Exception? failure = null;
        try
        {
            // The wait for a starting handler has its own limit: functionTimeout must not kill it before it can answer.
            await handler.WaitUntilReadyAsync();
            await WithinTimeoutAsync(send(attempt), function, attempt.Id, abandoned);
        }
        catch (Exception error)
        {
            failure = error;
        }
        // After a time-out the try may still run: it is abandoned, and this disposed, once the handler is killed.
        if (failure is not FunctionTimeoutException) abandoned.Dispose();
        var elapsed = (long)clock.GetElapsedTime(started).TotalMilliseconds;
        if (failure is null) Executed(logger, function.Name, attempt.Id, elapsed);
        else Failed(logger, function.Name, attempt.Id, elapsed, Sentence(failure));
        return failure;
    }

    private async Task WithinTimeoutAsync(Task work, FunctionDefinition function, Guid id, CancellationTokenSource abandoned)
    {
        if (functionTimeout is not { } limit)
        {
            await work;
            return;
        }
        var start = handler.StartCount;
        try
        {
            await work.WaitAsync(limit, clock);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            _ = KillUnlessItEndsAsync(work, start, abandoned);
            throw new FunctionTimeoutException(
                $"Timeout value of {limit} exceeded by function 'Functions.{function.Name}' (Id: '{id}'). Initiating cancellation.");
        }
    }

    // The only way to end an invocation is to kill the process, and with it every other invocation in flight.
    private async Task KillUnlessItEndsAsync(Task work, int start, CancellationTokenSource abandoned)
    {
        using (abandoned)
        {
            await Task.WhenAny(work, Task.Delay(gracePeriod, clock));
            if (work.IsCompleted) return;
            HandlerTimedOut(loggers.CreateLogger("Host.Handler"));
            handler.Restart(start);
            await abandoned.CancelAsync();
        }
    }

    // Causes in one line: the stack of an HTTP call says nothing about the function.
    private static string Sentence(Exception error) => error.InnerException is { } inner ? $"{error.Message} {Sentence(inner)}" : error.Message;

    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Executing 'Functions.{Function}' (Id={InvocationId})")]
    private static partial void Executing(ILogger logger, string function, Guid invocationId);

    [LoggerMessage(EventId = 201, Level = LogLevel.Information,
        Message = "Executed 'Functions.{Function}' (Succeeded, Id={InvocationId}, Duration={Milliseconds}ms)")]
    private static partial void Executed(ILogger logger, string function, Guid invocationId, long milliseconds);

    [LoggerMessage(EventId = 202, Level = LogLevel.Error,
        Message = "Executed 'Functions.{Function}' (Failed, Id={InvocationId}, Duration={Milliseconds}ms): {Error}")]
    private static partial void Failed(ILogger logger, string function, Guid invocationId, long milliseconds, string error);

    [LoggerMessage(EventId = 203, Level = LogLevel.Information,
        Message = "Waiting for {Delay} before retrying function execution. Next attempt: {Attempt}. Max retry count: {MaxRetryCount}.")]
    private static partial void Retrying(ILogger logger, TimeSpan delay, int attempt, int maxRetryCount);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "A function timeout has occurred. Restarting the handler process.")]
    private static partial void HandlerTimedOut(ILogger logger);
}

/// <summary>An invocation ran longer than functionTimeout.</summary>
internal sealed class FunctionTimeoutException(string message) : Exception(message);
