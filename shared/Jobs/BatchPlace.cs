using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>The place of a job that a batch made.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Index">Which of its photos, from 0.</param>
/// <param name="Round">Which time the photo was tried, from 0.</param>
/// <param name="Log">The log of the batch in which the job's end is noted, from 0: see <see cref="BatchLog"/>.</param>
public sealed record BatchPlace(WorkId Batch, int Index, int Round, int Log);
