using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>COCO run lengths as a string.</summary>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Counts">See <see cref="CocoRle.Compress"/>.</param>
public sealed record CompressedRle([property: JsonRequired] IReadOnlyList<int> Size, [property: JsonRequired] string Counts);
