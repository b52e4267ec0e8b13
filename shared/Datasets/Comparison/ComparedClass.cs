using RoadSeg.Labels;

namespace RoadSeg.Datasets.Comparison;

/// <summary>A class before and after.</summary>
/// <param name="Name">Its name, by which the versions' classes are matched.</param>
/// <param name="Color">Display colour, of the later version where that has the class.</param>
/// <param name="PixelsBefore">Pixels in the earlier version; null where that has no such class.</param>
/// <param name="PixelsAfter">Pixels in the later version; null where that has no such class.</param>
/// <param name="ShareBefore">Of labelled pixels, 0 to 1.</param>
/// <param name="ShareAfter">Of labelled pixels, 0 to 1.</param>
public sealed record ComparedClass(
    string Name,
    RgbColor Color,
    long? PixelsBefore,
    long? PixelsAfter,
    double ShareBefore,
    double ShareAfter
);
