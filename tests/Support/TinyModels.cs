using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Tests;

/// <summary>Models of one 1x1 convolution whose output can be worked out by hand: class 0 scores red, class 1 green, class 2 blue.</summary>
public static class TinyModels
{
    private static readonly float[] Identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    public static LabelCatalogue Labels(int classes) =>
        new([.. Enumerable.Range(0, classes).Select(id => new LabelClass(id, $"class-{id}", new RgbColor((byte)id, (byte)(255 - id), 7)))], null);

    /// <summary>uint8 NHWC in, logits NCHW out at stride 1.</summary>
    public static ModelDescription Description { get; } = new()
    {
        Name = "tiny",
        Description = "One convolution.",
        Licence = "MIT",
        Graphs = new Dictionary<Precision, string> { [Precision.Fp32] = "model.onnx" },
        Architecture = new Architecture("tiny", "none", 1),
        Labels = Labels(3),
        Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 32, 32),
        Input = new InputContract("image", InputElementType.UInt8, TensorLayout.Nhwc),
        Output = new OutputContract("logits", OutputKind.Logits, TensorLayout.Nchw, 1),
    };

    /// <summary>The graph of <see cref="Description"/>, with other weights [3, 3, 1, 1] where given.</summary>
    public static byte[] Graph(float[]? weights = null) => Body(weights).Output("logits", OnnxBytes.Float, "n", 3, "h", "w").Build();

    public static byte[] NhwcLogitsGraph() => Body(null)
        .Node("Transpose", ["logits"], "planes", ("perm", new long[] { 0, 2, 3, 1 }))
        .Output("planes", OnnxBytes.Float, "n", "h", "w", 3).Build();

    /// <summary>Ids of the greatest channel, [N, H, W] of the type given.</summary>
    public static byte[] ClassIdGraph(int type) => Body(null)
        .Node("ArgMax", ["logits"], "ids64", ("axis", 1), ("keepdims", 0))
        .Node("Cast", ["ids64"], "ids", ("to", type))
        .Output("ids", type, "n", "h", "w").Build();

    /// <summary>float32 NCHW in, fixed at 1 x 3 x 32 x 48.</summary>
    public static byte[] FixedFloatGraph() => new OnnxBytes().Input("x", OnnxBytes.Float, 1, 3, 32, 48)
        .Weights("w", Identity, 3, 3, 1, 1).Node("Conv", ["x", "w"], "logits")
        .Output("logits", OnnxBytes.Float, 1, 3, 32, 48).Build();

    /// <summary>The scores of <see cref="Description"/> shrunk by 16, then <paramref name="last"/>, whose result is the output <c>scores</c>.</summary>
    /// <param name="last">Adds nodes from <c>logits</c> on, and the output.</param>
    /// <param name="weights">Shape [channels, 3, 1, 1]; null: identity.</param>
    public static byte[] Scores(Func<OnnxBytes, OnnxBytes> last, float[]? weights = null) =>
        last(Body([.. (weights ?? Identity).Select(weight => weight / 16)])).Build();

    private static OnnxBytes Body(float[]? weights) => new OnnxBytes().Input("image", OnnxBytes.UInt8, "n", "h", "w", 3)
        .Weights("w", weights ?? Identity, (weights ?? Identity).Length / 3, 3, 1, 1)
        .Node("Cast", ["image"], "float", ("to", OnnxBytes.Float))
        .Node("Transpose", ["float"], "nchw", ("perm", new long[] { 0, 3, 1, 2 }))
        .Node("Conv", ["nchw", "w"], "logits");

    /// <summary>Random pixels.</summary>
    public static RgbImage Noise(int width, int height, int seed)
    {
        var pixels = new byte[3 * width * height];
        new Random(seed).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    /// <summary>Index of the greatest channel of each pixel, the first of equals.</summary>
    public static byte[] BrightestChannel(RgbImage image) => [.. Enumerable.Range(0, image.Width * image.Height)
        .Select(i => image.Pixels.AsSpan(3 * i, 3).ToArray())
        .Select(rgb => (byte)Array.IndexOf(rgb, rgb.Max()))];
}
