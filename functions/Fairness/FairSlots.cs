using RoadSeg.Errors;

namespace RoadSeg.Functions.Fairness;

/// <summary>Slots of something there is only so much of, such as memory. Callers that wait take them one after the other, each in its own
/// order: whoever waits for many slots, every other caller waits for at most one of them at a time.</summary>
/// <param name="amount">How much there is, from 1.</param>
/// <param name="atOnce">Slots of which a caller may wait for or hold, from 1.</param>
internal sealed class FairSlots(long amount, int atOnce = int.MaxValue)
{
    private readonly long _amount = amount;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _outstanding = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<Waiter>> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private long _free = amount;

    /// <summary>What nobody holds.</summary>
    internal long Free
    {
        get
        {
            lock (_gate)
                return _free;
        }
    }

    /// <summary>Waits for a slot; dispose it when what it was for is done.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="weight">How much it takes, from 1. What is more than there is takes everything.</param>
    /// <param name="cancel">Leaves the queue.</param>
    /// <exception cref="RoadSegException">too-many-requests: the caller waits for or holds as many as it may.</exception>
    public async Task<IDisposable> EnterAsync(string caller, long weight, CancellationToken cancel)
    {
        var waiter = new Waiter(Math.Clamp(weight, 1, _amount));
        lock (_gate)
        {
            var outstanding = _outstanding.GetValueOrDefault(caller);
            if (outstanding >= atOnce)
                throw new RoadSegException(
                    ErrorCodes.TooManyRequests,
                    $"You have {atOnce} requests of this kind that wait or are being answered. Send the next one when one of them has been."
                );
            _outstanding[caller] = outstanding + 1;
            if (!_waiting.TryGetValue(caller, out var queue))
            {
                _waiting[caller] = queue = new Queue<Waiter>();
                _order.Enqueue(caller);
            }

            queue.Enqueue(waiter);
            Admit();
        }

        await using var canceled = cancel.Register(() => Cancel(waiter, cancel));
        try
        {
            await waiter.Slot.Task;
        }
        catch (OperationCanceledException)
        {
            Forget(caller);
            throw;
        }

        return new Slot(this, caller, waiter.Weight);
    }

    /// <summary>A slot that is free at once; null where it is not, or others wait.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="weight">As for <see cref="EnterAsync"/>.</param>
    public IDisposable? TryEnter(string caller, long weight)
    {
        weight = Math.Clamp(weight, 1, _amount);
        lock (_gate)
        {
            var outstanding = _outstanding.GetValueOrDefault(caller);
            if (_order.Count > 0 || weight > _free || outstanding >= atOnce)
                return null;
            _outstanding[caller] = outstanding + 1;
            _free -= weight;
        }

        return new Slot(this, caller, weight);
    }

    private void Cancel(Waiter waiter, CancellationToken cancel)
    {
        if (!waiter.Slot.TrySetCanceled(cancel))
            return;

        // The one behind it may be smaller.
        lock (_gate)
            Admit();
    }

    // Under the gate. The first caller in the order has the next slot, also while it is too large for what is free: nothing overtakes it
    // for ever.
    private void Admit()
    {
        while (_order.TryPeek(out var caller))
        {
            var queue = _waiting[caller];
            var next = queue.Peek();
            if (!next.Slot.Task.IsCompleted)
            {
                if (next.Weight > _free)
                    return;
                if (next.Slot.TrySetResult())
                    _free -= next.Weight;
            }

            queue.Dequeue();
            _order.Dequeue();
            if (queue.Count > 0)
                _order.Enqueue(caller);
            else
                _waiting.Remove(caller);
        }
    }

    private void Leave(string caller, long weight)
    {
        lock (_gate)
        {
            _free += weight;
            Admit();
        }

        Forget(caller);
    }

    private void Forget(string caller)
    {
        lock (_gate)
        {
            if (--_outstanding[caller] == 0)
                _outstanding.Remove(caller);
        }
    }

    private sealed class Waiter(long weight)
    {
        public long Weight => weight;

        public TaskCompletionSource Slot { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Slot(FairSlots slots, string caller, long weight) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                slots.Leave(caller, weight);
        }
    }
}
