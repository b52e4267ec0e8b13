using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A GeoJSON Point.</summary>
/// <param name="Type">Always <c>Point</c>.</param>
/// <param name="Coordinates">Longitude and latitude in degrees (WGS 84). A third number would be the height above the ellipsoid (RFC 7946,
/// 4), which photos do not say.</param>
public sealed record JobPoint([property: JsonRequired] string Type, [property: JsonRequired] IReadOnlyList<double> Coordinates);
