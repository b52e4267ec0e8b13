namespace RoadSeg.Jobs;

/// <summary>A message of the segmentation-jobs queue.</summary>
/// <param name="JobId">The job to run. Everything else stands in its record.</param>
public sealed record SegmentationMessage(JobId JobId);
