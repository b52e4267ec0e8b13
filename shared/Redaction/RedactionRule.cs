namespace RoadSeg.Redaction;

/// <summary>How far and how surely the classes of a redaction are obscured.</summary>
public sealed record RedactionRule
{
    /// <summary>Width of the margin around each area, as a share of the photo's shorter side. Default 0.015, 0 to 0.1.</summary>
    public double Margin { get; init; } = 0.015;

    /// <summary>The least margin in pixels. Default 4.</summary>
    public int LeastMargin { get; init; } = 4;

    /// <summary>Probability of the classes together from which a pixel is one of them, also where the mask has another class. Default 0.05,
    /// 0.01 to 1; from 0.5 on little more than the mask's own pixels are.</summary>
    public double Probability { get; init; } = 0.05;

    /// <summary>The margin in pixels.</summary>
    /// <param name="width">Width of the photo in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    public int MarginOf(int width, int height) => Math.Max(LeastMargin, (int)Math.Ceiling(Margin * Math.Min(width, height)));
}
