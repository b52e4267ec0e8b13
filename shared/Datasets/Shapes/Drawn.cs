namespace RoadSeg.Datasets.Shapes;

/// <summary>What was seen of a shape as it was drawn.</summary>
/// <param name="Beyond">How far in pixels it reached outside the picture; 0 within half a pixel of it.</param>
/// <param name="Crosses">True where an outline crosses itself.</param>
internal readonly record struct Drawn(double Beyond, bool Crosses)
{
    public Drawn With(Drawn other) => new(Math.Max(Beyond, other.Beyond), Crosses || other.Crosses);
}
