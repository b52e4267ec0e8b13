using RoadSeg.Labels;

namespace RoadSeg.Inference;

/// <summary>Class, and where known confidence, of every pixel.</summary>
public sealed class ClassMap
{
    private readonly PixelTotals totals;

    internal ClassMap(int width, int height, byte[] classIds, byte[]? confidence, PixelTotals totals, byte[]? asked = null)
    {
        Width = width;
        Height = height;
        ClassIds = classIds;
        Confidence = confidence;
        Asked = asked;
        this.totals = totals;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Shape [Height, Width], values 0..classes-1.</summary>
    public byte[] ClassIds { get; }

    /// <summary>Shape [Height, Width]: 255 times the probability of the pixel's class, rounded; null when the model
    /// gives none.</summary>
    public byte[]? Confidence { get; }

    /// <summary>Shape [Height, Width]: 255 times the probability of the class that was asked for, rounded; null when none was.</summary>
    public byte[]? Asked { get; }

    /// <summary>Pixels of a result, held to what one array takes.</summary>
    internal static int PixelCount(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)width * height, Array.MaxLength, nameof(height));
        return width * height;
    }

    /// <summary>One entry per class of the catalogue, in its order; pixel counts sum to exactly Width x Height.</summary>
    public IReadOnlyList<ClassSummary> Summarize(LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Count != totals.Pixels.Length)
            throw new ArgumentException($"The map has {totals.Pixels.Length} classes, the catalogue {labels.Count}.", nameof(labels));
        var all = (double)Width * Height;
        return
        [
            .. labels.Classes.Select(label =>
            {
                var pixels = totals.Pixels[label.Id];
                double? confidence = Confidence is null || pixels == 0 ? null : totals.ConfidenceSums[label.Id] / (255.0 * pixels);
                return new ClassSummary(label.Id, label.Name, pixels, pixels / all, confidence);
            }),
        ];
    }
}
