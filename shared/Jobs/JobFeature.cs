using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>A job as a GeoJSON Feature.</summary>
/// <param name="Type">Always <c>Feature</c>.</param>
/// <param name="Id">The job's id.</param>
/// <param name="Geometry">Where its photo was taken.</param>
/// <param name="Properties">The job.</param>
public sealed record JobFeature(
    [property: JsonRequired] string Type,
    WorkId Id,
    [property: JsonRequired] JobPoint Geometry,
    [property: JsonRequired] JobProperties Properties
)
{
    /// <summary>The feature of a record.</summary>
    /// <exception cref="ArgumentException">The record has no position.</exception>
    public static JobFeature Of(JobRecord job)
    {
        ArgumentNullException.ThrowIfNull(job);
        if (job.Captured?.Position is not { } place)
            throw new ArgumentException($"Job {job.Id} has no position.", nameof(job));
        return new JobFeature("Feature", job.Id, new JobPoint("Point", [place.Longitude, place.Latitude]), JobProperties.Of(job));
    }
}
