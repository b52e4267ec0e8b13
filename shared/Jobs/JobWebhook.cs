namespace RoadSeg.Jobs;

/// <summary>Who is notified of a job's end, and how that went.</summary>
public sealed record JobWebhook
{
    /// <summary>The receiver. An https address.</summary>
    public required string Url { get; init; }

    /// <summary>Attempts so far, oldest first; the last 20.</summary>
    public IReadOnlyList<WebhookDelivery> Deliveries
    {
        get => field ?? [];
        init;
    }

    /// <summary>When the receiver took it; null until then.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When delivery was given up; null unless it was.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>When its caller last asked for it to be delivered again: the schedule of attempts began anew then. Null while it is the
    /// first, which began when the job ended.</summary>
    public DateTimeOffset? RestartedAt { get; init; }
}
