namespace RoadSeg.Jobs;

/// <summary>A line of a batch's log: the job of an item has ended. The same line may stand there twice.</summary>
/// <param name="Index">Which item, from 0.</param>
/// <param name="Round">Which time it was tried, from 0.</param>
/// <param name="State">How it ended.</param>
/// <param name="Code">Code of the reason it failed for; null where it did not.</param>
public sealed record BatchLine(int Index, int Round, JobState State, string? Code = null);
