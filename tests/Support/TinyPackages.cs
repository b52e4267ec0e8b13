using Microsoft.Extensions.Time.Testing;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests;

/// <summary>Packages of a few kilobytes whose versions differ in what they answer: a pixel whose brightest channel is c gets class (c - turn) mod 3.</summary>
public static class TinyPackages
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    static TinyPackages() => VipsLibrary.Initialize();

    /// <summary>A version of a model: its golden mask proves it, and its inputs are larger than those of the version before.</summary>
    public static ModelPackage Write(string folder, string name, int turn, string? description = null, bool card = false) =>
        Write(folder, name, turn, Graph(turn), turn, description, card);

    /// <summary>One that says of itself that it is quicker than anything.</summary>
    public static ModelPackage WriteQuick(string folder, string name, int turn) => Write(folder, name, turn, Graph(turn), turn, null, false, cpuMilliseconds: 1e-6);

    /// <summary>One that answers something else than its golden mask.</summary>
    public static ModelPackage WriteFailingSelfTest(string folder, string name, int turn) => Write(folder, name, turn, Graph(turn), turn + 1, null, false);

    /// <summary>One whose weights are no numbers.</summary>
    public static ModelPackage WriteNaN(string folder, string name, int turn) =>
        Write(folder, name, turn, TinyModels.Graph([.. Enumerable.Repeat(float.NaN, 9)]), turn, null, false);

    /// <summary>One that is sound on dark pictures, its golden input among them, and whose logits are too large for an answer (1e30) on a red photo.</summary>
    public static ModelPackage WriteOverflowing(string folder, string name, int turn)
    {
        const float Large = 6e27f;
        float[] weights = [Large, 0, 0, 0, Large, 0, 0, 0, Large];
        return Write(folder, name, turn, TinyModels.Graph(weights), 0, null, false, brightest: 100);
    }

    /// <summary>One whose graph is cut short, with the hash of what is left.</summary>
    public static ModelPackage WriteTruncated(string folder, string name, int turn) => Write(folder, name, turn, Graph(turn)[..^40], turn, null, false);

    /// <summary>The one class of a red photo.</summary>
    public static int ClassOfRed(int turn) => (3 - (turn % 3)) % 3;

    /// <summary>A red photo.</summary>
    public static byte[] RedPhoto(int width = 40, int height = 30)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i += 3)
            pixels[i] = 200;
        return PhotoEncoder.Png(new RgbImage(width, height, pixels));
    }

    private static ModelPackage Write(string folder, string name, int turn, byte[] graph, int goldenTurn, string? description, bool card, byte brightest = 255, double? cpuMilliseconds = null)
    {
        var input = TinyModels.Noise(32, 32, seed: 7);
        foreach (ref var value in input.Pixels.AsSpan())
            value = Math.Min(value, brightest);
        var ids = TinyModels.BrightestChannel(input);
        for (var i = 0; i < ids.Length; i++)
            ids[i] = Turned(input.Pixels.AsSpan(3 * i, 3), goldenTurn);
        var files = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            ["model.onnx"] = graph,
            ["input.png"] = PhotoEncoder.Png(input),
            ["mask.png"] = MaskPng.Encode(ids, 32, 32, TinyModels.Labels(3)),
        };
        if (card)
            files["card.md"] = "# A tiny model\n"u8.ToArray();
        return new ModelPackageWriter(new FakeTimeProvider(Noon.AddMinutes(turn))).Write(folder, TinyModels.Description with
        {
            Name = name,
            Description = description ?? "One convolution.",
            Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 32 + (16 * turn), 32 + (16 * turn)),
            SelfTest = new SelfTestSpec("input.png", "mask.png", 0.999, cpuMilliseconds),
            Metrics = [new MetricSet("made", "val", 32, 32, new Dictionary<string, double> { ["meanIoU"] = 0.5 + (turn / 100.0) }, Noon, "none")],
        }, files);
    }

    // The first of equals, as ArgMax has it.
    private static byte Turned(ReadOnlySpan<byte> rgb, int turn)
    {
        byte best = 0;
        for (byte id = 1; id < 3; id++)
        {
            if (rgb[(id + turn) % 3] > rgb[(best + turn) % 3])
                best = id;
        }

        return best;
    }

    private static byte[] Graph(int turn)
    {
        var weights = new float[9];
        for (var id = 0; id < 3; id++)
            weights[(3 * id) + ((id + turn) % 3)] = 1;
        return TinyModels.Graph(weights);
    }
}
