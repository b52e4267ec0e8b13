using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A message of the webhook-deliveries queue.</summary>
/// <param name="JobId">The job, or the batch, that is to be notified of.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="TraceParent">The span that sent it; null when nothing was traced.</param>
/// <param name="Subject">What it is about.</param>
public sealed record WebhookMessage(
    [property: JsonRequired] WorkId JobId,
    int Attempt,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] WebhookSubject Subject = WebhookSubject.Job
);
