namespace RoadSeg.Trainings;

/// <summary>When each state was first entered (UTC); null where it was not.</summary>
public sealed record TrainingTimes
{
    /// <summary>It was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The first worker took it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>A terminal state was entered.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
