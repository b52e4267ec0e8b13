using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The body of a test event: the form of every webhook, about no job.</summary>
/// <param name="Type">webhook.test.</param>
/// <param name="Timestamp">When it was sent.</param>
/// <param name="Data">An empty object.</param>
public sealed record WebhookTestEvent(
    [property: JsonRequired] string Type,
    DateTimeOffset Timestamp,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Data
)
{
    /// <summary>The event of now.</summary>
    public static WebhookTestEvent At(DateTimeOffset now) => new("webhook.test", now, new Dictionary<string, string>());
}
