using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>One region: the outline of a GeoJSON Polygon in pixel corners, with its size and COCO's box. Readers of GeoJSON take
/// <see cref="MaskFeatures"/>, in which a <c>bbox</c> is GeoJSON's.</summary>
/// <param name="Type">Always <c>Polygon</c>.</param>
/// <param name="Area">Pixels of the region, whatever the tolerance.</param>
/// <param name="Bbox">x, y, width and height in pixels, as COCO has it, whatever the tolerance.</param>
/// <param name="Coordinates">The outer ring, then the holes. Outer rings run counter-clockwise and holes clockwise as RFC 7946 means it,
/// with a positive shoelace sum outside; on a screen, where y points down, that looks the other way round. At a tolerance of 0 no two rings
/// cross and none passes a corner twice.</param>
public sealed record RegionPolygon(
    [property: JsonRequired] string Type,
    long Area,
    [property: JsonRequired] IReadOnlyList<int> Bbox,
    [property: JsonRequired] IReadOnlyList<Ring> Coordinates
);
