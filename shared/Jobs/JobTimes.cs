namespace RoadSeg.Jobs;

/// <summary>When each state was first entered (UTC); null where it was not.</summary>
public sealed record JobTimes
{
    /// <summary>The record was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its preparation began.</summary>
    public DateTimeOffset? ReceivedAt { get; init; }

    /// <summary>The model input was stored.</summary>
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>Its segmentation began (latest attempt).</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>A terminal state was entered.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
