namespace RoadSeg.Jobs;

/// <summary>Size of the stored model input in pixels.</summary>
public sealed record JobInput(int Width, int Height);
