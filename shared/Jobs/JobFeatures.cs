using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A page of jobs as a GeoJSON FeatureCollection (RFC 7946), newest first: those whose photos say where they were taken.</summary>
/// <param name="Type">Always <c>FeatureCollection</c>.</param>
/// <param name="Features">A point a photo.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last. A page may hold fewer jobs than asked for.</param>
public sealed record JobFeatures(
    [property: JsonRequired] string Type,
    [property: JsonRequired] IReadOnlyList<JobFeature> Features,
    string? Next
)
{
    /// <summary>The features of records, all of which have a position.</summary>
    public static JobFeatures Of(IEnumerable<JobRecord> jobs, string? next) =>
        new("FeatureCollection", [.. jobs.Select(JobFeature.Of)], next);
}
