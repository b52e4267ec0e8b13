using System.Text.Json.Serialization;
using RoadSeg.Capture;
using RoadSeg.Work;

namespace RoadSeg.Clips;

/// <summary>One frame of a timeline.</summary>
/// <param name="Index">Its place among the frames, from 0.</param>
/// <param name="Seconds">When it is shown, counted from the first frame of the video.</param>
/// <param name="State">How its segmentation ended, or where it stands, as photos of batches do.</param>
/// <param name="Code">Code of <c>docs/errors.md</c>; absent unless it failed.</param>
/// <param name="Job">The job that segments it; absent where no service does.</param>
/// <param name="Shares">What each class has of its pixels, 0-1, in the order of the timeline's classes; absent unless it
/// succeeded.</param>
/// <param name="Captured">When and where it was taken; absent where nothing is known.</param>
public sealed record TimelineFrame(
    int Index,
    double Seconds,
    [property: JsonRequired] string State,
    string? Code,
    WorkId? Job,
    IReadOnlyList<double>? Shares,
    Captured? Captured
);
