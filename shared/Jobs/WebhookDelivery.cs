namespace RoadSeg.Jobs;

/// <summary>One attempt to notify the receiver.</summary>
/// <param name="Attempt">1 for the first.</param>
/// <param name="At">When the call was begun.</param>
/// <param name="Status">HTTP status of the answer; null when there was none.</param>
/// <param name="Error">Why there was none, in a few words; null when there was one.</param>
/// <param name="NextAt">When the next attempt is due; null when there is none.</param>
/// <param name="Milliseconds">From then to the answer, or until it was given up; null in records from before that was noted, and for an
/// attempt that the service failed at.</param>
public sealed record WebhookDelivery(
    int Attempt,
    DateTimeOffset At,
    int? Status,
    string? Error,
    DateTimeOffset? NextAt,
    double? Milliseconds = null
);
