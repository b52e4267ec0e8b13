namespace RoadSeg.Datasets.Shapes;

/// <summary>Label Studio's run lengths of a whole picture (<see cref="BrushRle"/>).</summary>
/// <param name="Key">See <see cref="Shape"/>.</param>
/// <param name="Order">See <see cref="Shape"/>.</param>
/// <param name="Record">See <see cref="Shape"/>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Rle">As exported.</param>
internal sealed record BrushShape(int Key, int Order, string Record, int Width, int Height, byte[] Rle) : Shape(Key, Order, Record);
