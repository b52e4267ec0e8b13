using RoadSeg.Labels;

namespace RoadSeg.Trainer.Pictures;

/// <summary>One line of a chart.</summary>
/// <param name="Name">For the legend; empty for a line that has no entry there.</param>
/// <param name="Points">Those that are no finite number are left out.</param>
/// <param name="Marks">A dot at every point.</param>
internal sealed record Series(
    string Name,
    RgbColor Color,
    IReadOnlyList<(double X, double Y)> Points,
    double Thickness = 2,
    bool Dashed = false,
    bool Marks = false
);
