namespace RoadSeg.Capture;

/// <summary>A place in WGS 84.</summary>
/// <param name="Latitude">Degrees, -90 (south) to 90 (north).</param>
/// <param name="Longitude">Degrees, -180 (west) to 180 (east).</param>
/// <param name="Altitude">Metres above the level of the sea, or, where the file says so (Exif 3), above the ellipsoid; negative below
/// it.</param>
public sealed record CapturedPosition(double Latitude, double Longitude, double? Altitude);
