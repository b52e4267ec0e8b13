using RoadSeg.Imaging;

namespace RoadSeg.Tests;

/// <summary>A data set of small noisy pictures, in CamVid's layout.</summary>
public static class PaintedSet
{
    /// <summary>Writes one below a folder and returns where it lies.</summary>
    public static string Write(string folder, int count)
    {
        VipsLibrary.Initialize();
        var set = Path.Combine(folder, "set");
        Directory.CreateDirectory(Path.Combine(set, "train"));
        Directory.CreateDirectory(Path.Combine(set, "trainannot"));
        for (var i = 0; i < count; i++)
        {
            var pixels = new byte[3 * 24 * 16];
            new Random(i).NextBytes(pixels);
            File.WriteAllBytes(Path.Combine(set, "train", $"{i}_a.png"), PhotoEncoder.Png(new RgbImage(24, 16, pixels)));
            File.WriteAllBytes(Path.Combine(set, "trainannot", $"{i}_a.png"), GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % 11))], 24, 16));
        }

        return set;
    }
}
