using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A GeoJSON Point.</summary>
/// <param name="Type">Always <c>Point</c>.</param>
/// <param name="Coordinates">Longitude and latitude in degrees (WGS 84) and, where it is known, altitude in metres as the photo says it:
/// mostly above the sea.</param>
public sealed record JobPoint([property: JsonRequired] string Type, [property: JsonRequired] IReadOnlyList<double> Coordinates);
