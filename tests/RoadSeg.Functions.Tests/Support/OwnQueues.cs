using Azure.Storage.Queues;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests;

/// <summary>The real queues under names of their own: what other tests send is not counted.</summary>
internal sealed class OwnQueues : QueueServiceClient
{
    private readonly string _suffix = "-" + Guid.NewGuid().ToString("N")[..8];
    private readonly QueueServiceClient _queues;

    private OwnQueues(QueueServiceClient queues) => _queues = queues;

    public override QueueClient GetQueueClient(string queueName) => _queues.GetQueueClient(queueName + _suffix);

    public static async Task<OwnQueues> CreateAsync(QueueServiceClient queues, CancellationToken cancel)
    {
        var own = new OwnQueues(queues);
        foreach (var queue in Queues.All)
            await own.GetQueueClient(queue).CreateAsync(cancellationToken: cancel);
        return own;
    }
}
