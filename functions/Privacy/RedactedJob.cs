using RoadSeg.Jobs;

namespace RoadSeg.Functions.Privacy;

/// <summary>A redacted photo that is stored and that no record names yet.</summary>
/// <param name="Redaction">What was obscured.</param>
/// <param name="Photo">Where it lies.</param>
/// <param name="Image">What it is.</param>
internal sealed record RedactedJob(JobRedaction Redaction, JobSource Photo, JobImage Image)
{
    /// <summary>The record with it in place of the original.</summary>
    public JobRecord In(JobRecord record) =>
        record with
        {
            Source = Photo,
            Original = record.Original ?? record.Source,
            Redaction = Redaction,
            Image = Image,
        };
}
