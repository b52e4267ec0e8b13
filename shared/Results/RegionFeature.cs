using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>One region as a GeoJSON Feature.</summary>
/// <param name="Type">Always <c>Feature</c>.</param>
/// <param name="Bbox">Left, top, right and bottom in pixels.</param>
/// <param name="Geometry">Its outline.</param>
/// <param name="Properties">What it is.</param>
public sealed record RegionFeature(
    [property: JsonRequired] string Type,
    [property: JsonRequired] IReadOnlyList<int> Bbox,
    [property: JsonRequired] RegionGeometry Geometry,
    [property: JsonRequired] RegionProperties Properties
)
{
    internal static RegionFeature Of(ClassRegions label, RegionPolygon region) =>
        new(
            "Feature",
            [region.Bbox[0], region.Bbox[1], region.Bbox[0] + region.Bbox[2], region.Bbox[1] + region.Bbox[3]],
            new RegionGeometry("Polygon", region.Coordinates),
            new RegionProperties(label.Id, label.Name, label.Color, region.Area, region.Bbox)
        );
}
