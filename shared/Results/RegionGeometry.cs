using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>A GeoJSON Polygon.</summary>
/// <param name="Type">Always <c>Polygon</c>.</param>
/// <param name="Coordinates">The outer ring, counter-clockwise by its numbers, then the holes, clockwise.</param>
public sealed record RegionGeometry([property: JsonRequired] string Type, [property: JsonRequired] IReadOnlyList<Ring> Coordinates);
