using System.Text.Json.Serialization;
using RoadSeg.Capture;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>What a GeoJSON Feature says of a job.</summary>
/// <param name="Id">The job's id.</param>
/// <param name="Name">The caller's name for the photo.</param>
/// <param name="State">Where the job stands.</param>
/// <param name="CapturedAt">When the photo was taken, ISO 8601; without an offset where the photo says none.</param>
/// <param name="Altitude">Metres as the photo says it: mostly above the sea.</param>
/// <param name="Direction">Where the camera looked.</param>
/// <param name="Shares">Share of each class that has a pixel, 0-1, by its name; absent before the job has succeeded.</param>
/// <param name="Links">As in the job's view.</param>
public sealed record JobProperties(
    WorkId Id,
    string? Name,
    JobState State,
    string? CapturedAt,
    double? Altitude,
    CapturedDirection? Direction,
    IReadOnlyDictionary<string, double>? Shares,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
)
{
    internal static JobProperties Of(JobRecord job) =>
        new(
            job.Id,
            job.Source.FileName,
            job.State,
            job.Captured?.Time,
            job.Captured?.Position?.Altitude,
            job.Captured?.Direction,
            job.Shares,
            JobView.Of(job).Links
        );
}
