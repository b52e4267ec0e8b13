using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Queues;

namespace RoadSeg.Storage;

/// <summary>Messages are raw UTF-8 JSON: see <see cref="Queues"/>.</summary>
public static class QueueJson
{
    /// <summary>Sends a message.</summary>
    /// <param name="queue">Queue; its client encodes nothing.</param>
    /// <param name="message">The message.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="cancel">Stops the call; the message may have been sent.</param>
    /// <param name="hidden">Nobody sees it before that has passed; null: at once.</param>
    public static async Task SendAsync<T>(this QueueClient queue, T message, JsonTypeInfo<T> form, CancellationToken cancel, TimeSpan? hidden = null)
    {
        ArgumentNullException.ThrowIfNull(queue);
        await queue.SendMessageAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, form)), hidden, cancellationToken: cancel);
    }
}
