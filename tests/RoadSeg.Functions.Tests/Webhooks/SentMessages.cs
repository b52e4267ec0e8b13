using System.Collections.Concurrent;
using System.Text.Json;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Tests.Webhooks;

/// <summary>The real queues, noting what is sent: a message that is hidden until it is due cannot be looked at.</summary>
internal sealed class SentMessages(QueueServiceClient queues) : QueueServiceClient
{
    public ConcurrentQueue<(WebhookMessage Message, TimeSpan? Delay)> All { get; } = new();

    public override QueueClient GetQueueClient(string queueName) => new Sender(queues.GetQueueClient(queueName), this);

    private sealed class Sender(QueueClient queue, SentMessages sent) : QueueClient
    {
        public override Task<Response<SendReceipt>> SendMessageAsync(
            BinaryData message, TimeSpan? visibilityTimeout = null, TimeSpan? timeToLive = null, CancellationToken cancellationToken = default)
        {
            sent.All.Enqueue((JsonSerializer.Deserialize(message.ToMemory().Span, JobJson.Default.WebhookMessage)!, visibilityTimeout));
            return queue.SendMessageAsync(message, visibilityTimeout, timeToLive, cancellationToken);
        }
    }
}
