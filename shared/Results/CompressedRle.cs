using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>COCO run lengths as a string.</summary>
/// <param name="Size">Height and width in pixels.</param>
/// <param name="Counts">The run lengths as the string that pycocotools reads and writes.</param>
public sealed record CompressedRle([property: JsonRequired] IReadOnlyList<int> Size, [property: JsonRequired] string Counts);
