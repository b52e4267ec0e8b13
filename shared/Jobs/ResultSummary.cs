using RoadSeg.Capture;
using RoadSeg.Imaging;

namespace RoadSeg.Jobs;

/// <summary>What a mask holds, class by class: the last part of a result file.</summary>
public sealed record ResultSummary
{
    /// <summary>Version of this form.</summary>
    public int SchemaVersion
    {
        get => field == 0 ? 1 : field;
        init;
    }

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

    /// <summary>When, where and with what the photo was taken, as far as its file says; null in summaries of older versions.</summary>
    public Captured? Captured { get; init; }

    /// <summary>Size of the model input in pixels.</summary>
    public required JobInput Input { get; init; }

    /// <summary>How the photo became the model input; null in summaries of older versions.</summary>
    public PreprocessSpec? Preprocess { get; init; }
}
