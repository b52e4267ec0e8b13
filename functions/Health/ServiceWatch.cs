using System.Diagnostics.Metrics;
using Azure.Storage.Queues;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Health;

/// <summary>Looks at every queue and at readiness while metrics are exported, and counts the jobs that end here.</summary>
internal sealed class ServiceWatch(
    QueueServiceClient queues,
    JobStore jobs,
    ReadinessCheck check,
    TimeProvider time,
    ILogger<ServiceWatch> log
) : BackgroundService
{
    // A look costs one request a queue, and one more where something waits.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private volatile IReadOnlyList<(string Queue, long Depth, double Age)> _queues = [];
    private volatile bool _ready;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        jobs.Ended += Metrics.Ended;
        Metrics.Watch(
            () => _queues.Select(queue => new Measurement<long>(queue.Depth, Of(queue.Queue))),
            () => _queues.Select(queue => new Measurement<double>(queue.Age, Of(queue.Queue))),
            () => _ready ? 1 : 0
        );
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                _ready = (await check.RunAsync(stoppingToken)).Ready;
                _queues = await Task.WhenAll(Queues.All.Select(name => LookAsync(name, stoppingToken)));
            }
#pragma warning disable CA1031 // Nothing that keeps it from looking may end the process; the next look tries again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                // What was seen before is no longer so: nothing is better than that.
                _queues = [];
                Log.QueuesUnseen(log, e);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static KeyValuePair<string, object?> Of(string queue) => new("roadseg.queue", queue);

    private async Task<(string, long, double)> LookAsync(string name, CancellationToken cancel)
    {
        var queue = queues.GetQueueClient(name);
        long depth = (await queue.GetPropertiesAsync(cancel)).Value.ApproximateMessagesCount;
        var oldest = depth == 0 ? null : (await queue.PeekMessageAsync(cancel)).Value?.InsertedOn;
        return (name, depth, oldest is { } since ? Math.Max(0, (time.GetUtcNow() - since).TotalSeconds) : 0);
    }
}
