using System.Collections.Concurrent;

namespace RoadSeg.LocalHost.Queues;

/// <summary>Lets an output binding end the back-off of this host's own listener on the same queue.</summary>
internal sealed class QueueWakeUps
{
    private readonly ConcurrentDictionary<string, WakeUp> _byQueue = new(StringComparer.Ordinal);

    public WakeUp For(Uri queue) => _byQueue.GetOrAdd(queue.AbsoluteUri, _ => new WakeUp());

    public void Notify(Uri queue)
    {
        if (_byQueue.TryGetValue(queue.AbsoluteUri, out var wakeUp)) wakeUp.Notify();
    }
}

/// <summary>A delay that can be cut short.</summary>
internal sealed class WakeUp
{
    private volatile TaskCompletionSource _signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Notify() => _signal.TrySetResult();

    public async Task DelayAsync(TimeSpan delay, TimeProvider clock, CancellationToken cancellation)
    {
        var signal = _signal;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (await Task.WhenAny(signal.Task, Task.Delay(delay, clock, ended.Token)) == signal.Task)
            _signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await ended.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }
}
