using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace RoadSeg.Trainer.Work;

/// <summary>A message that this worker took: hidden from others for the lock's time, renewed in the background. Its lock is the run's lease. Disposing ends the
/// renewal; a message that was neither deleted nor given back comes again when the lock runs out.</summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private const int RenewalsPerLock = 3;

    private readonly QueueClient _queue;
    private readonly TimeSpan _lock;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _renewal;
    private string _receipt;

    public MessageLease(QueueClient queue, QueueMessage message, TimeSpan lockTime, TimeProvider time)
    {
        (_queue, Message, _lock, _time, _receipt) = (queue, message, lockTime, time, message.PopReceipt);
        _renewal = Task.Run(RenewAsync);
    }

    public QueueMessage Message { get; }

    /// <summary>Canceled when another may have the message: its lock ran out, or it was deleted.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Ends the message's life. One that is gone already is no error.</summary>
    public async Task DeleteAsync()
    {
        await EndAsync();
        await ToleratedAsync(() => _queue.DeleteMessageAsync(Message.MessageId, _receipt));
    }

    /// <summary>Lets the message come again after a while, here or elsewhere.</summary>
    public async Task GiveBackAsync(TimeSpan after)
    {
        await EndAsync();
        await ToleratedAsync(() => _queue.UpdateMessageAsync(Message.MessageId, _receipt, visibilityTimeout: after));
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _lost.Dispose();
        _done.Dispose();
    }

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

    private async Task EndAsync()
    {
        await _done.CancelAsync();
        await _renewal;
    }

    private async Task RenewAsync()
    {
        var renewed = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.Delay(_lock / RenewalsPerLock, _time, _done.Token);

                // Not canceled midway: the receipt of a renewal that went through must be known.
                _receipt = (await _queue.UpdateMessageAsync(Message.MessageId, _receipt, visibilityTimeout: _lock)).Value.PopReceipt;
                renewed = _time.GetTimestamp();
            }
            catch (OperationCanceledException) when (_done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
            {
                // An outage is waited out until the lock has run out; a receipt that is no longer valid says that it has.
                if ((e is not RequestFailedException refused || !IsLost(refused)) && _time.GetElapsedTime(renewed) < _lock)
                    continue;
                await _lost.CancelAsync();
                return;
            }
        }
    }
}
