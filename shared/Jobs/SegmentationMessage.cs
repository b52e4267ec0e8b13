using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A message of the segmentation-jobs queue.</summary>
/// <param name="JobId">The job to run. Everything else stands in its record.</param>
/// <param name="Ticket">Its number in the line, for the positions of those behind it.</param>
/// <param name="TraceParent">The span that sent it; null when nothing was traced.</param>
public sealed record SegmentationMessage(JobId JobId, long? Ticket = null, [property: JsonPropertyName("traceparent")] string? TraceParent = null);
