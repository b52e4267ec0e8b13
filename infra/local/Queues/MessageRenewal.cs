using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace RoadSeg.LocalHost.Queues;

/// <summary>Keeps a running message locked: every five minutes its ten minutes start anew, under a new pop receipt.</summary>
internal sealed partial class MessageRenewal : IAsyncDisposable
{
    private static readonly TimeSpan NormalInterval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMinutes(1);

    private readonly QueueClient _queue;
    private readonly string _messageId;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _done = new();
    private readonly Task _loop;

    public MessageRenewal(QueueClient queue, QueueMessage message, TimeProvider clock, ILogger logger)
    {
        _queue = queue;
        _messageId = message.MessageId;
        PopReceipt = message.PopReceipt;
        _clock = clock;
        _logger = logger;
        _loop = RenewAsync();
    }

    /// <summary>The receipt to finish the message with. Settled once disposed.</summary>
    public string PopReceipt { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        await _loop;
        _done.Dispose();
    }

    private async Task RenewAsync()
    {
        var interval = NormalInterval;
        while (true)
        {
            try
            {
                await Task.Delay(interval, _clock, _done.Token);
                // Not canceled midway: the receipt of a renewal that went through must be known.
                PopReceipt = (await _queue.UpdateMessageAsync(_messageId, PopReceipt, visibilityTimeout: QueueProcessor.LockDuration)).Value.PopReceipt;
                interval = NormalInterval;
            }
            catch (OperationCanceledException) when (_done.IsCancellationRequested)
            {
                return;
            }
            catch (RequestFailedException error) when (error.Status is > 0 and < 500)
            {
                Stopped(_logger, _messageId, error.ErrorCode ?? "");
                return;
            }
            catch (Exception)
            {
                // The service cannot be reached just now: sooner the next time.
                interval = TimeSpan.FromTicks(Math.Max(interval.Ticks / 2, ShortestInterval.Ticks));
            }
        }
    }

    [LoggerMessage(EventId = 320, Level = LogLevel.Warning, Message = "The lock on message {MessageId} is lost and no longer renewed ({Code}).")]
    private static partial void Stopped(ILogger logger, string messageId, string code);
}
