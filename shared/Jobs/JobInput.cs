namespace RoadSeg.Jobs;

/// <summary>The stored model input.</summary>
/// <param name="Width">Its width in pixels.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="Tiles">How many overlapping tiles of the model's input size are cut from it, a square number; absent where it is the
/// model's input itself.</param>
public sealed record JobInput(int Width, int Height, int? Tiles = null);
