using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Queues;

/// <summary>
/// Polls one queue for one function: a batch under a ten-minute lock, each message its own task, the next batch once few enough
/// run; a randomised back-off when there is nothing. The queue is never created here.
/// </summary>
internal sealed partial class QueueListener(
    QueueClient queue, QueueProcessor processor, QueueOptions options, WakeUp wakeUp, TimeProvider clock, Random random, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan MinimumDelay = TimeSpan.FromMilliseconds(100);

    private readonly RandomizedBackoff _backoff = new(MinimumDelay, options.MaxPollingInterval, random);
    private readonly List<Task> _running = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private bool _reported;

    public void Start() => _loop = Task.Run(PollAsync);

    /// <summary>Stops polling and waits for every running message, at most until canceled.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellation);
        await Task.WhenAll(_running).WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }

    private async Task PollAsync()
    {
        var stopping = _stopping.Token;
        var found = false;
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                // Not canceled midway: the service would hide messages that nobody got.
                var messages = await ReceiveAsync();
                if (messages.Length == 0)
                {
                    var delay = _backoff.NextDelay(found);
                    found = false;
                    await wakeUp.DelayAsync(delay, clock, stopping);
                    continue;
                }
                found = true;
                foreach (var message in messages) _running.Add(Task.Run(() => processor.ProcessAsync(message), CancellationToken.None));
                await UntilFewRunAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task<QueueMessage[]> ReceiveAsync()
    {
        try
        {
            var messages = (await queue.ReceiveMessagesAsync(options.BatchSize, QueueProcessor.LockDuration)).Value;
            _reported = false;
            return messages;
        }
        catch (Exception error)
        {
            // Whatever it is, polling goes on. Reported once per outage. A missing queue is ordinary: its first producer creates it.
            if (!_reported && error is not RequestFailedException { Status: 404 }) ReceiveFailed(logger, queue.Name, error.Message);
            _reported = true;
            return [];
        }
    }

    private async Task UntilFewRunAsync(CancellationToken stopping)
    {
        _running.RemoveAll(task => task.IsCompleted);
        while (_running.Count > options.NewBatchThreshold)
        {
            await Task.WhenAny(_running).WaitAsync(stopping);
            _running.RemoveAll(task => task.IsCompleted);
        }
    }

    [LoggerMessage(EventId = 300, Level = LogLevel.Warning, Message = "Queue '{Queue}' could not be read and is tried again: {Error}")]
    private static partial void ReceiveFailed(ILogger logger, string queue, string error);
}
