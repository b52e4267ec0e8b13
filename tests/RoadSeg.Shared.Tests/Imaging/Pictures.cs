using System.Runtime.CompilerServices;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Imaging;

/// <summary>Pictures made for the tests. libvips is loaded before the first test runs.</summary>
internal static class Pictures
{
    [ModuleInitializer]
    internal static void LoadLibrary() => VipsLibrary.Initialize(Environment.GetEnvironmentVariable("ROADSEG_VIPS"));

    /// <summary>A smooth picture without symmetry: every corner has its own colour.</summary>
    public static RgbImage Smooth(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * ((y * width) + x);
                pixels[at] = (byte)(255 * x / Math.Max(1, width - 1));
                pixels[at + 1] = (byte)(255 * y / Math.Max(1, height - 1));
                pixels[at + 2] = (byte)(127 + (100 * Math.Sin((x + (2.0 * y)) * 6 / (width + height))));
            }
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>Smooth shapes with noise and hard edges.</summary>
    public static RgbImage Busy(int width, int height, int seed)
    {
        var random = new Random(seed);
        var image = Smooth(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = 3 * ((y * width) + x);
                var edge = ((x / 7) + (y / 5)) % 2 == 0 ? 60 : 0;
                for (var c = 0; c < 3; c++)
                    image.Pixels[at + c] = (byte)Math.Clamp(image.Pixels[at + c] + edge + random.Next(-20, 21), 0, 255);
            }
        }

        return image;
    }

    public static LabelCatalogue Labels(int classes, int? ignoreId = null) => new(
        [.. Enumerable.Range(0, classes).Select(i => new LabelClass(i, $"class {i}", new RgbColor((byte)(255 - i), (byte)(i * 7), (byte)(i * 13))))],
        ignoreId);

    /// <summary>Ids in vertical bands that shift from row to row, all classes used when there is room.</summary>
    public static byte[] Ids(int width, int height, int classes)
    {
        var ids = new byte[width * height];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = (byte)((((i % width) / 3) + (i / width)) % classes);
        return ids;
    }

    public static (double Mean, int Max) Difference(RgbImage a, RgbImage b)
    {
        Assert.Equal((a.Width, a.Height), (b.Width, b.Height));
        long sum = 0;
        var max = 0;
        for (var i = 0; i < a.Pixels.Length; i++)
        {
            var difference = Math.Abs(a.Pixels[i] - b.Pixels[i]);
            sum += difference;
            max = Math.Max(max, difference);
        }

        return ((double)sum / a.Pixels.Length, max);
    }
}
