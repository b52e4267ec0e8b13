using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Work;

/// <summary>A message that this worker took: hidden from others for the lock's time, renewed in the background. Its lock is the run's
/// lease. Disposing ends the renewal; a message that was neither deleted nor given back comes again when the lock runs out.</summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private const int RenewalsPerLock = 3;

    private readonly QueueClient _queue;
    private readonly TimeSpan _lock;
    private readonly Heartbeat _renewal;
    private string _receipt;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan lockTime, TimeProvider time)
    {
        (_queue, Message, _lock, _receipt) = (queue, message, lockTime, message.PopReceipt);
        _renewal = new Heartbeat(lockTime / RenewalsPerLock, RenewAsync, time, lockTime);
    }

    public QueueMessage Message { get; }

    /// <summary>Canceled when another may have the message: its lock ran out, or it was deleted.</summary>
    public CancellationToken Lost => _renewal.Lost;

    /// <summary>Ends the message's life. One that is gone already is no error.</summary>
    public async Task DeleteAsync()
    {
        await _renewal.StopAsync();
        await ToleratedAsync(() => _queue.DeleteMessageAsync(Message.MessageId, _receipt));
    }

    /// <summary>Lets the message come again after a while, here or elsewhere.</summary>
    public async Task GiveBackAsync(TimeSpan after)
    {
        await _renewal.StopAsync();
        await ToleratedAsync(() => _queue.UpdateMessageAsync(Message.MessageId, _receipt, visibilityTimeout: after));
    }

    public ValueTask DisposeAsync() => _renewal.DisposeAsync();

    private static async Task ToleratedAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (RequestFailedException e) when (IsLost(e))
        {
            // Another has it, or nobody any more.
        }
    }

    private static bool IsLost(RequestFailedException e) => e.Status is 400 or 404;

    private async Task<bool> RenewAsync(CancellationToken done)
    {
        try
        {
            // Not canceled midway: the receipt of a renewal that went through must be known.
            _receipt = (
                await _queue.UpdateMessageAsync(
                    Message.MessageId,
                    _receipt,
                    visibilityTimeout: _lock,
                    cancellationToken: CancellationToken.None
                )
            )
                .Value
                .PopReceipt;
            return true;
        }
        catch (RequestFailedException e) when (IsLost(e))
        {
            // A receipt that is no longer valid says that the lock has run out.
            return false;
        }
    }
}
