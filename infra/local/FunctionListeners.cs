using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;
using RoadSeg.LocalHost.Queues;
using RoadSeg.LocalHost.Storage;
using RoadSeg.LocalHost.Timers;

namespace RoadSeg.LocalHost;

/// <summary>The queue and timer listeners of the enabled functions, and runs asked for by hand.</summary>
internal sealed partial class FunctionListeners : IAsyncDisposable
{
    private readonly List<QueueListener> _queues = [];
    private readonly Dictionary<FunctionDefinition, TimerListener> _timers = [];
    private readonly FunctionExecutor _executor;
    private readonly JsonInvocation _json;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationToken _stopping;

    public FunctionListeners(
        FunctionFolder folder, QueueOptions options, StorageConnections storage, QueueWakeUps wakeUps, FunctionExecutor executor, JsonInvocation json,
        string hostId, FunctionsHostOptions host, Random random, CancellationToken stopping)
    {
        (_executor, _json, _clock, _stopping) = (executor, json, host.TimeProvider, stopping);
        _logger = host.LoggerFactory.CreateLogger("Host.Listeners");
        var timerStates = storage.Has(null) ? new Lazy<TimerStatusStore>(() => new TimerStatusStore(storage.Blobs(null), hostId)) : null;
        foreach (var function in folder.Functions)
        {
            var logger = host.LoggerFactory.CreateLogger(function.LogCategory);
            try
            {
                if (function.Trigger.Is("queueTrigger") && !function.IsDisabled)
                    _queues.Add(Queue(function, options, storage, wakeUps, random, logger));
                else if (function.Trigger.Is("timerTrigger"))
                    _timers[function] = new TimerListener(function, timerStates?.Value, input => InvokeAsync(function, input), _clock, logger);
            }
            catch (Exception error) when (error is HostConfigurationException or FormatException or ArgumentException)
            {
                folder.Errors[function.Name] = $"The listener for function 'Functions.{function.Name}' was unable to start. {error.Message}";
            }
        }
    }

    public void Start()
    {
        foreach (var queue in _queues) queue.Start();
        foreach (var (function, timer) in _timers)
            if (!function.IsDisabled) timer.Start();
    }

    /// <summary>Stops polling and waits for what runs, at most until canceled.</summary>
    public Task StopAsync(CancellationToken cancellation) =>
        Task.WhenAll(_queues.Select(q => q.StopAsync(cancellation)).Concat(_timers.Values.Select(t => t.StopAsync(cancellation))));

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) await queue.DisposeAsync();
        foreach (var timer in _timers.Values) await timer.DisposeAsync();
    }

    /// <summary>Starts one invocation with a text as the trigger's value and returns at once. Disabled functions run too.</summary>
    public void RunByHand(FunctionDefinition function, string text)
    {
        if (function.IsHttp)
        {
            NotByHand(_logger, function.Name);
            return;
        }
        var input = function.Trigger.Is("queueTrigger")
            ? QueueTrigger.FromText(text, function.Trigger, _clock) : _timers[function].Input(isPastDue: false);
        _ = Task.Run(() => InvokeAsync(function, input));
    }

    private QueueListener Queue(
        FunctionDefinition function, QueueOptions options, StorageConnections storage, QueueWakeUps wakeUps, Random random, ILogger logger)
    {
        var account = storage.Queues(function.Trigger.Text("connection"));
        var name = function.Trigger.Required("queueName").ToLowerInvariant();
        var queue = account.GetQueueClient(name);
        var poison = QueueProcessor.PoisonName(name) is { } poisonName ? account.GetQueueClient(poisonName) : null;
        var processor = new QueueProcessor(queue, poison, options, async message =>
        {
            TriggerInput input;
            try
            {
                input = QueueTrigger.Read(message, function.Trigger, options.Base64, _clock);
            }
            catch (FormatException error)
            {
                Undecodable(_logger, message.MessageId, name, error.Message);
                return false;
            }
            return await InvokeAsync(function, input);
        }, _clock, logger, poison is null ? null : () => wakeUps.Notify(poison.Uri));
        return new QueueListener(queue, processor, options, wakeUps.For(queue.Uri), _clock, random, logger);
    }

    private async Task<bool> InvokeAsync(FunctionDefinition function, TriggerInput input) =>
        await _executor.ExecuteAsync(function, attempt => _json.InvokeAsync(function, input, attempt), traceParent: null, _stopping) is null;

    [LoggerMessage(EventId = 10, Level = LogLevel.Error,
        Message = "Message {MessageId} of queue '{Queue}' is not base64 although messageEncoding says so: {Error}")]
    private static partial void Undecodable(ILogger logger, string messageId, string queue, string error);

    [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "'{Function}' is an HTTP function: send it an HTTP request instead.")]
    private static partial void NotByHand(ILogger logger, string function);
}
