using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Queues;

namespace RoadSeg.Work;

/// <summary>Bodies of queue messages: raw UTF-8 JSON.</summary>
public static class MessageBody
{
    private const int Shown = 200;

    /// <summary>Reads a message; null when the bytes are none of its form.</summary>
    public static T? TryRead<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> form)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, form);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The first 200 bytes of a message, for the log line of one that cannot be read.</summary>
    public static string Start(ReadOnlySpan<byte> body) =>
        Encoding.UTF8.GetString(body[..Math.Min(body.Length, Shown)]).ReplaceLineEndings(" ");

    /// <summary>Sends a message.</summary>
    /// <param name="queue">Queue; its client encodes nothing.</param>
    /// <param name="message">The message.</param>
    /// <param name="form">How it is written.</param>
    /// <param name="cancel">Stops the call; the message may have been sent.</param>
    /// <param name="hidden">Nobody sees it before that has passed; null: at once.</param>
    public static async Task SendAsync<T>(
        this QueueClient queue,
        T message,
        JsonTypeInfo<T> form,
        CancellationToken cancel,
        TimeSpan? hidden = null
    )
    {
        ArgumentNullException.ThrowIfNull(queue);
        await queue.SendMessageAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, form)),
            hidden,
            cancellationToken: cancel
        );
    }
}
