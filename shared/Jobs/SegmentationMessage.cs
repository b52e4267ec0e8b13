using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A message of the segmentation-jobs queue.</summary>
/// <param name="JobId">The job to run. Everything else stands in its record.</param>
/// <param name="Ticket">Its number in the queue, for the positions of those behind it.</param>
/// <param name="TraceParent">The span that sent it; null when nothing was traced.</param>
/// <param name="Input">The record's <see cref="JobRecord.InputFile"/>, which can be read beside the record.</param>
/// <param name="SentAt">The record's <see cref="JobRecord.SentAt"/> when it was sent; null in messages from before that.</param>
public sealed record SegmentationMessage(
    [property: JsonRequired] WorkId JobId,
    long? Ticket = null,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null,
    string? Input = null,
    DateTimeOffset? SentAt = null
)
{
    /// <summary>The message that a record asks for.</summary>
    public static SegmentationMessage Of(JobRecord job, string? traceParent)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new SegmentationMessage(job.Id, job.Ticket, traceParent, job.InputFile, job.SentAt);
    }
}
