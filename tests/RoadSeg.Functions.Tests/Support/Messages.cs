using Azure.Storage.Queues.Models;

namespace RoadSeg.Functions.Tests;

/// <summary>Messages as a queue delivers them.</summary>
internal static class Messages
{
    /// <param name="body">The message's bytes.</param>
    /// <param name="id">The same for every delivery of the message.</param>
    /// <param name="sent">When it was put into the queue; null: now.</param>
    public static QueueMessage Of(byte[] body, string id, DateTimeOffset? sent = null) =>
        QueuesModelFactory.QueueMessage(id, "receipt", BinaryData.FromBytes(body), dequeueCount: 1, insertedOn: sent ?? TimeProvider.System.GetUtcNow());
}
