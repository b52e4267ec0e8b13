using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Timers;

/// <summary>Fires one timer function, one invocation at a time. With a store, an occurrence missed while the host was down is made up for.</summary>
internal sealed partial class TimerListener(
    FunctionDefinition function, TimerStatusStore? store, Func<TriggerInput, Task> invoke, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(24);

    private readonly TimerSchedule _schedule = TimerSchedule.Parse(function.Trigger.Required("schedule"));
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private TimerStatus _status = new(TimerStatus.Never, TimerStatus.Never, TimerStatus.Never);
    private bool _monitored;

    private DateTime Now => clock.GetLocalNow().LocalDateTime;

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Waits for a running invocation, at most until canceled.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        await _stopping.CancelAsync();
        await _loop.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _stopping.Dispose();
    }

    /// <summary>The value of the trigger, as <c>POST /admin/functions/Name</c> sends it too.</summary>
    public TriggerInput Input(bool isPastDue) => new(
        new JObject
        {
            ["Schedule"] = new JObject { ["AdjustForDST"] = true },
            ["ScheduleStatus"] = _monitored ? JObject.FromObject(_status) : null,
            ["IsPastDue"] = isPastDue,
        },
        new BindingData { ["TimerTrigger"] = Now.ToString() });

    private async Task RunAsync()
    {
        try
        {
            var isPastDue = false;
            try
            {
                isPastDue = await LoadStatusAsync();
            }
            catch (Exception error)
            {
                // Better a timer that remembers nothing than none.
                _monitored = false;
                ListenerFailed(logger, function.Name, error.Message, error);
            }
            if (isPastDue || function.Trigger.Flag("runOnStartup") == true) await FireAsync(isPastDue, isScheduled: false);
            while (true)
            {
                await DelayUntilAsync(_status.Next);
                await FireAsync(isPastDue: false, isScheduled: true);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>True if an occurrence was missed since the last run.</summary>
    private async Task<bool> LoadStatusAsync()
    {
        var now = Now;
        _monitored = store is not null && function.Trigger.Flag("useMonitor") != false && _schedule.CanBeMonitored(now);
        _status = new TimerStatus(TimerStatus.Never, _schedule.Next(now), TimerStatus.Never);
        if (!_monitored) return false;

        if (await store!.ReadAsync(function.Name) is not { } stored)
        {
            await store.WriteAsync(function.Name, _status with { LastUpdated = now });
            return false;
        }
        var basis = stored.Last != TimerStatus.Never ? stored.Last : stored.LastUpdated != TimerStatus.Never ? stored.LastUpdated : now;
        var expected = _schedule.Next(basis);
        if (stored.Next != expected)
        {
            // The schedule was changed: what the old one missed does not count.
            if (now > expected) (expected, basis) = (_schedule.Next(now), now);
            stored = new TimerStatus(TimerStatus.Never, expected, basis);
            await store.WriteAsync(function.Name, stored);
        }
        _status = stored;
        return now > stored.Next;
    }

    private async Task FireAsync(bool isPastDue, bool isScheduled)
    {
        var fired = Now;
        await invoke(Input(isPastDue));
        // A timer that fires a moment early must not compute the same occurrence again.
        var basis = isScheduled && _status.Next > fired ? _status.Next : fired;
        _status = new TimerStatus(basis, _schedule.Next(basis), basis);
        if (!_monitored) return;
        try
        {
            await store!.WriteAsync(function.Name, _status);
        }
        catch (Exception error)
        {
            ListenerFailed(logger, function.Name, error.Message, error);
        }
    }

    private async Task DelayUntilAsync(DateTime due)
    {
        while (due - Now is var left && left > TimeSpan.Zero)
            await Task.Delay(left < LongestDelay ? left : LongestDelay, clock, _stopping.Token);
        _stopping.Token.ThrowIfCancellationRequested();
    }

    [LoggerMessage(EventId = 400, Level = LogLevel.Error, Message = "Error occurred in the timer of '{Function}': {Error}")]
    private static partial void ListenerFailed(ILogger logger, string function, string error, Exception exception);
}
