namespace RoadSeg.Datasets.Shapes;

/// <summary>One outline with what is cut out of it.</summary>
/// <param name="Outer">x and y of each point in turn; the last joins the first.</param>
/// <param name="Holes">Rings of the same form.</param>
internal sealed record ShapePart(double[] Outer, IReadOnlyList<double[]> Holes)
{
    /// <summary>An outline without holes.</summary>
    public static ShapePart Of(double[] outer) => new(outer, []);
}
