namespace RoadSeg.Clips;

/// <summary>A point of a track that has a time.</summary>
/// <param name="Time">When.</param>
/// <param name="Latitude">Degrees in WGS 84, -90 to 90.</param>
/// <param name="Longitude">Degrees, -180 to 180.</param>
/// <param name="Altitude">Metres above the level of the sea; null where the track does not say.</param>
public readonly record struct GpxPoint(DateTimeOffset Time, double Latitude, double Longitude, double? Altitude);
