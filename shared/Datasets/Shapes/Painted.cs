namespace RoadSeg.Datasets.Shapes;

/// <summary>What came of drawing the shapes of an image.</summary>
internal sealed class Painted
{
    /// <summary>Pixels that shapes of several labels cover, and that the one on top has.</summary>
    public long Overlapped { get; set; }

    /// <summary>Shapes that reach outside the picture by more than half a pixel.</summary>
    public int Clipped { get; set; }

    /// <summary>How far in pixels the farthest of them does.</summary>
    public double Farthest { get; set; }

    /// <summary>Outlines that cross themselves, by record.</summary>
    public List<string> Crossing { get; } = [];

    /// <summary>Shapes that could not be drawn: record and reason.</summary>
    public List<(string Record, string Reason)> Odd { get; } = [];
}
