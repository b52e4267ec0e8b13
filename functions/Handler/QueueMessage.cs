using System.Globalization;
using System.Text.Json;

namespace RoadSeg.Functions.Handler;

/// <summary>A queue message as the Functions host hands it over (binding <c>message</c>, <c>dataType: binary</c>).</summary>
/// <param name="Body">The message's bytes.</param>
/// <param name="Id">Message id: the same for every delivery of the message.</param>
/// <param name="DequeueCount">Deliveries so far, this one included.</param>
/// <param name="InsertedAt">When it was put into the queue.</param>
internal sealed record QueueMessage(byte[] Body, string Id, int DequeueCount, DateTimeOffset InsertedAt)
{
    /// <summary>Reads the host's invocation request.</summary>
    /// <exception cref="JsonException">The request is not of the form the host sends.</exception>
    public static QueueMessage Read(JsonElement invocation)
    {
        try
        {
            var metadata = invocation.GetProperty("Metadata");
            return new QueueMessage(
                invocation.GetProperty("Data").GetProperty("message").GetBytesFromBase64(),
                Unquote(metadata.GetProperty(nameof(Id)).GetString()),
                int.Parse(metadata.GetProperty(nameof(DequeueCount)).GetString() ?? "", CultureInfo.InvariantCulture),
                metadata.GetProperty("InsertionTime").GetDateTimeOffset());
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new JsonException("Not an invocation of a binary queue trigger with the binding 'message'.", e);
        }
    }

    // The host sends strings as JSON text inside a JSON string.
    private static string Unquote(string? text) =>
        JsonSerializer.Deserialize(text ?? "null", HandlerJson.Default.String) ?? throw new FormatException("The message has no id.");
}
