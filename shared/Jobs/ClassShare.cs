using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>One class of a summary.</summary>
/// <param name="Id">Class id: the mask's pixel value.</param>
/// <param name="Name">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Pixels">Pixels of the class.</param>
/// <param name="Share">Pixels over Width x Height, 0-1.</param>
/// <param name="MeanConfidence">Mean softmax probability over the class's pixels, 0-1; null for a class without
/// pixels and for models that answer class ids.</param>
public sealed record ClassShare(
    int Id,
    [property: JsonRequired] string Name,
    Labels.RgbColor Color,
    long Pixels,
    double Share,
    double? MeanConfidence
);
