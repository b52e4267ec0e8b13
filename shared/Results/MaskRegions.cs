using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>The regions of a mask as polygons and run lengths: the content of <c>GET /v1/jobs/{id}/polygons</c>.</summary>
/// <param name="Width">Mask width in pixels.</param>
/// <param name="Height">Mask height in pixels.</param>
/// <param name="MinArea">Regions of fewer pixels have no polygon.</param>
/// <param name="Tolerance">How far in pixels an outline may lie from the exact one; 0: exact.</param>
/// <param name="Truncated">True when polygons were left out because there are too many, or too many corners: the largest regions are
/// kept. Run lengths are complete all the same.</param>
/// <param name="Classes">Every class that has a pixel, in id order.</param>
public sealed record MaskRegions(
    int Width,
    int Height,
    int MinArea,
    double Tolerance,
    bool Truncated,
    [property: JsonRequired] IReadOnlyList<ClassRegions> Classes
);
