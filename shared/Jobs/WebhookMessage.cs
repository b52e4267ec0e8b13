using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A message of the webhook-deliveries queue.</summary>
/// <param name="JobId">The job whose end is to be notified.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="TraceParent">The span that sent it; null when nothing was traced.</param>
public sealed record WebhookMessage(
    [property: JsonRequired] WorkId JobId,
    int Attempt,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null
);
