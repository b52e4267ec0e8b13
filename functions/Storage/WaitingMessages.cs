using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Queues;
using RoadSeg.Work;

namespace RoadSeg.Functions.Storage;

internal static class WaitingMessages
{
    // As many as one call shows.
    private const int Peeked = 32;

    /// <summary>Whether a message may wait in a queue. Behind thirty-two others it cannot be seen: then it is taken to be there, and
    /// looked for again when the queue is shorter.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="form">Form of its messages.</param>
    /// <param name="wanted">Tells the message from others.</param>
    public static async Task<bool> MayHoldAsync<T>(
        this QueueClient queue,
        JsonTypeInfo<T> form,
        Func<T, bool> wanted,
        CancellationToken cancel
    )
        where T : class
    {
        var first = (await queue.PeekMessagesAsync(Peeked, cancel)).Value;
        return first.Length == Peeked || first.Any(message => MessageBody.TryRead(message.Body, form) is { } read && wanted(read));
    }
}
