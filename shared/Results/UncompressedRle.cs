using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>COCO run lengths as numbers.</summary>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Counts">Column by column from the top left: pixels that are not of the class, pixels that are, and so on in turn.
/// They sum to width x height.</param>
public sealed record UncompressedRle([property: JsonRequired] IReadOnlyList<int> Size, [property: JsonRequired] IReadOnlyList<int> Counts);
