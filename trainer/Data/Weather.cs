using RoadSeg.Labels;

namespace RoadSeg.Trainer.Data;

/// <summary>Haze over a whole picture, and snow on what is labelled.</summary>
internal static class Weather
{
    private const int SnowGrid = 6;

    // How much of a class snow may cover.
    private static readonly Dictionary<string, double> Cover = new(StringComparer.Ordinal)
    {
        ["road"] = 0.8,
        ["pavement"] = 1,
        ["sidewalk"] = 1,
        ["terrain"] = 1,
        ["tree"] = 0.6,
        ["vegetation"] = 0.6,
        ["car"] = 0.3,
        ["building"] = 0.2,
    };

    /// <summary>By class id, how much of it snow may cover, 0-1.</summary>
    public static double[] SnowCover(LabelCatalogue labels) => [.. labels.Classes.Select(c => Cover.GetValueOrDefault(c.Name))];

    /// <summary>A veil of one grey: half as thick at the bottom, which is near.</summary>
    public static void Haze(Span<float> image, int width, int height, ref SeededRandom random)
    {
        var thick = random.Between(0.15, 0.75);
        var grey = (float)random.Between(120, 235);
        for (var y = 0; y < height; y++)
        {
            var veil = (float)(thick * (1 - (0.5 * y / height)));
            foreach (ref var value in image.Slice(y * width * 3, width * 3))
                value += veil * (grey - value);
        }
    }

    /// <summary>White in soft patches.</summary>
    /// <param name="cover">By class id.</param>
    public static void Snow(
        Span<float> image,
        ReadOnlySpan<byte> mask,
        int width,
        int height,
        ReadOnlySpan<double> cover,
        ref SeededRandom random
    )
    {
        var white = (float)random.Between(190, 250);
        var amount = random.Between(0.4, 1.3);
        Span<double> patches = stackalloc double[SnowGrid * SnowGrid];
        foreach (ref var patch in patches)
            patch = random.NextDouble();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var id = mask[(y * width) + x];
                if (id >= cover.Length || cover[id] == 0)
                    continue;
                var lies = (float)Math.Clamp(cover[id] * amount * Between(patches, (double)x / width, (double)y / height), 0, 0.95);
                var at = 3 * ((y * width) + x);
                for (var c = 0; c < 3; c++)
                    image[at + c] += lies * (white - image[at + c]);
            }
        }
    }

    private static double Between(ReadOnlySpan<double> patches, double x, double y)
    {
        var (u, v) = (x * (SnowGrid - 1), y * (SnowGrid - 1));
        var (i, j) = ((int)u, (int)v);
        var (right, down) = (Math.Min(i + 1, SnowGrid - 1), Math.Min(j + 1, SnowGrid - 1));
        var above = patches[(j * SnowGrid) + i] + ((u - i) * (patches[(j * SnowGrid) + right] - patches[(j * SnowGrid) + i]));
        var below = patches[(down * SnowGrid) + i] + ((u - i) * (patches[(down * SnowGrid) + right] - patches[(down * SnowGrid) + i]));
        return above + ((v - j) * (below - above));
    }
}
