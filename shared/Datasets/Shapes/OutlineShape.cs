namespace RoadSeg.Datasets.Shapes;

/// <summary>Outlines. What any part covers belongs to the shape.</summary>
/// <param name="Key">See <see cref="Shape"/>.</param>
/// <param name="Order">See <see cref="Shape"/>.</param>
/// <param name="Record">See <see cref="Shape"/>.</param>
/// <param name="Points">What a coordinate means.</param>
/// <param name="Unit">What the coordinates are counted in.</param>
/// <param name="Parts">One or more.</param>
internal sealed record OutlineShape(int Key, int Order, string Record, PointMeaning Points, PointUnit Unit, IReadOnlyList<ShapePart> Parts)
    : Shape(Key, Order, Record);
