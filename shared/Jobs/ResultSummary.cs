using System.Text.Json.Serialization;
using RoadSeg.Imaging;

namespace RoadSeg.Jobs;

/// <summary>What a mask holds, class by class: the content of <c>summary.json</c>.</summary>
public sealed record ResultSummary
{
    /// <summary>Version of this form.</summary>
    public int SchemaVersion { get => field == 0 ? 1 : field; init; }

    /// <summary>Mask width in pixels: the photo's oriented width.</summary>
    public required int Width { get; init; }

    /// <summary>Mask height in pixels: the photo's oriented height.</summary>
    public required int Height { get; init; }

    /// <summary>Every class of the model's catalogue, in id order; the pixels sum to Width x Height.</summary>
    public required IReadOnlyList<ClassShare> Classes { get; init; }

    /// <summary>Ids of the classes that have a pixel, ascending; null in summaries of older versions.</summary>
    public IReadOnlyList<int>? Present { get; init; }

    /// <summary>Model, version, hash and provider that made the mask.</summary>
    public required JobResult Model { get; init; }

    /// <summary>Size of the model input in pixels.</summary>
    public required JobInput Input { get; init; }

    /// <summary>How the photo became the model input; null in summaries of older versions.</summary>
    public PreprocessSpec? Preprocess { get; init; }
}

/// <summary>One class of a summary.</summary>
/// <param name="Id">Class id: the mask's pixel value.</param>
/// <param name="Name">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Pixels">Pixels of the class.</param>
/// <param name="Share">Pixels over Width x Height, 0-1.</param>
/// <param name="MeanConfidence">Mean softmax probability over the class's pixels, 0-1; null for a class without
/// pixels and for models that answer class ids.</param>
public sealed record ClassShare(int Id, [property: JsonRequired] string Name, Labels.RgbColor Color, long Pixels, double Share, double? MeanConfidence);
