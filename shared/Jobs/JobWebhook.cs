using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>Where a job's end is told, and how that went.</summary>
public sealed record JobWebhook
{
    /// <summary>The receiver. An https address.</summary>
    public required string Url { get; init; }

    /// <summary>Attempts so far, oldest first; the last 20.</summary>
    public IReadOnlyList<WebhookDelivery> Deliveries { get => field ?? []; init; }

    /// <summary>When the receiver took it; null until then.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When delivery was given up; null unless it was.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }
}

/// <summary>One attempt to tell the receiver.</summary>
/// <param name="Attempt">1 for the first.</param>
/// <param name="At">When it was made.</param>
/// <param name="Status">HTTP status of the answer; null when there was none.</param>
/// <param name="Error">Why there was none, in a few words; null when there was one.</param>
/// <param name="NextAt">When the next attempt is due; null when there is none.</param>
public sealed record WebhookDelivery(int Attempt, DateTimeOffset At, int? Status, string? Error, DateTimeOffset? NextAt);

/// <summary>A message of the webhook-deliveries queue.</summary>
/// <param name="JobId">The job whose end is to be told.</param>
/// <param name="Attempt">1 for the first attempt.</param>
/// <param name="TraceParent">The span that sent it; null when nothing was traced.</param>
public sealed record WebhookMessage(JobId JobId, int Attempt, [property: JsonPropertyName("traceparent")] string? TraceParent = null);
