using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Tests;

/// <summary>A data set of painted scenes in CamVid's layout: sky over buildings over road, with a car, each in its own colours and with noise.</summary>
internal static class PaintedRoads
{
    public static readonly LabelCatalogue Labels = new(
        [
            new LabelClass(0, "sky", RgbColor.Parse("#8080ff")),
            new LabelClass(1, "building", RgbColor.Parse("#800000")),
            new LabelClass(2, "road", RgbColor.Parse("#804080")),
            new LabelClass(3, "car", RgbColor.Parse("#400080")),
        ],
        ignoreId: 4);

    public static string Write(string root, int train = 12, int val = 4, int width = 96, int height = 64)
    {
        File.WriteAllText(Path.Combine(root, "classes.json"), JsonSerializer.Serialize(Labels, JsonSerializerOptions.Web));
        foreach (var (split, count, seed) in new[] { ("train", train, 1), ("val", val, 1000) })
        {
            Directory.CreateDirectory(Path.Combine(root, split));
            Directory.CreateDirectory(Path.Combine(root, split + "annot"));
            for (var i = 0; i < count; i++)
            {
                var (image, mask) = Paint(width, height, new Random(seed + i));
                File.WriteAllBytes(Path.Combine(root, split, $"{i:D3}.png"), PhotoEncoder.Png(image));
                File.WriteAllBytes(Path.Combine(root, split + "annot", $"{i:D3}.png"), GrayPng.Encode(mask, width, height));
            }
        }

        return root;
    }

    public static (RgbImage Image, byte[] Mask) Paint(int width, int height, Random random)
    {
        (int R, int G, int B)[] colours = [(120, 160, 230), (150, 90, 60), (90, 90, 95), (200, 30, 40), (0, 0, 0)];
        var (pixels, mask) = (new byte[3 * width * height], new byte[width * height]);
        int horizon = height / 4 + random.Next(height / 6), kerb = height / 2 + random.Next(height / 6), car = random.Next(width - (width / 4));
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var id = y < horizon ? 0 : y < kerb ? 1 : 2;
                if (x >= car && x < car + (width / 4) && y >= kerb - 2 && y < kerb + (height / 6))
                    id = 3;
                if (x == 0)
                    id = 4;
                mask[(y * width) + x] = (byte)id;
                var at = 3 * ((y * width) + x);
                pixels[at] = (byte)Math.Clamp(colours[id].R + random.Next(-20, 20), 0, 255);
                pixels[at + 1] = (byte)Math.Clamp(colours[id].G + random.Next(-20, 20), 0, 255);
                pixels[at + 2] = (byte)Math.Clamp(colours[id].B + random.Next(-20, 20), 0, 255);
            }
        }

        return (new RgbImage(width, height, pixels), mask);
    }
}
