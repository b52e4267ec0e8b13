using Azure;

namespace RoadSeg.Work;

/// <summary>A sign of life, given in the background while somebody works: a lock that is renewed, a record that says how far the work is.
/// An outage of storage is waited out; what does not concern storage ends the beat and is thrown by <see cref="DisposeAsync"/>.</summary>
public sealed class Heartbeat : IAsyncDisposable
{
    private readonly TimeSpan _every;
    private readonly Func<CancellationToken, Task<bool>> _beat;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _longest;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _loop;

    /// <summary>Begins at once; the first beat comes after the first wait.</summary>
    /// <param name="every">Time between two beats.</param>
    /// <param name="beat">Gives the sign; false when the work is no longer the caller's. Its token is canceled when the beats end.</param>
    /// <param name="time">Clock of the waits.</param>
    /// <param name="longest">Time without a beat that came through after which the work may be another's, such as a lock's; null:
    /// never.</param>
    public Heartbeat(TimeSpan every, Func<CancellationToken, Task<bool>> beat, TimeProvider time, TimeSpan? longest = null)
    {
        (_every, _beat, _time, _longest) = (every, beat, time, longest);
        Lost = _lost.Token;
        _loop = Task.Run(LoopAsync);
    }

    /// <summary>Canceled when the work is another's, or may be.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Ends the beats; one under way is waited for.</summary>
    public async Task StopAsync()
    {
        await _done.CancelAsync();
        await _loop;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync();
        }
        finally
        {
            _lost.Dispose();
            _done.Dispose();
        }
    }

    private async Task LoopAsync()
    {
        var last = _time.GetTimestamp();
        while (true)
        {
            try
            {
                await Task.Delay(_every, _time, _done.Token);
                if (!await _beat(_done.Token))
                {
                    await _lost.CancelAsync();
                    return;
                }

                last = _time.GetTimestamp();
            }
            catch (OperationCanceledException) when (_done.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException or IOException or OperationCanceledException)
            {
                if (_longest is not { } longest || _time.GetElapsedTime(last) < longest)
                    continue;
                await _lost.CancelAsync();
                return;
            }
        }
    }
}
