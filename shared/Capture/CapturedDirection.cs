namespace RoadSeg.Capture;

/// <summary>Where a camera looked.</summary>
/// <param name="Degrees">Clockwise from north, 0 up to but not 360.</param>
/// <param name="North">Which north; absent where the file does not say.</param>
public sealed record CapturedDirection(double Degrees, CapturedNorth? North);
