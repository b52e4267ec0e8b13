using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Trainer.Model;

namespace RoadSeg.Trainer.Export;

/// <summary>Chooses which convolutions may run in 8 bits: all but the image pooling, the classifier and those that cost the most, until the
/// score holds.</summary>
internal sealed class Quantizer
{
    private const double Coverage = 0.9999;

    private readonly ModelGraph _graph;
    private readonly IReadOnlyList<RgbImage> _images;
    private readonly Dictionary<string, ByteScale> _scales;
    private readonly Action<string> _say;

    /// <param name="graph">Float network.</param>
    /// <param name="images">Calibration pictures at the model's input size, of the training split.</param>
    /// <param name="say">Takes progress lines.</param>
    public Quantizer(ModelGraph graph, IReadOnlyList<RgbImage> images, Action<string> say)
    {
        (_graph, _images, _say) = (graph, images, say);
        using var calibration = new Calibration(graph, graph.Layers.Select(l => l.Name).Where(n => n != graph.Output));
        _scales = calibration.Scales(images, Coverage);
        foreach (var layer in graph.Layers)
        {
            // Bytes saturate where the activation clips, so that the clip itself can go: a hair below 6, or rounding keeps it.
            if (layer.Activation == Activation.Relu6)
                _scales[layer.Name] = ByteScale.Of(0, Math.Min(5.9999, _scales[layer.Name].Scale * 255.0));
            else if (layer.Activation == Activation.Relu)
                _scales[layer.Name] = ByteScale.Of(0, _scales[layer.Name].Scale * 255.0);
            // What only moves or chooses among bytes stays in its input's scale.
            else if (layer is ResizeLayer or MaxPoolLayer)
                _scales[layer.Name] = _scales[layer.Inputs[0]];
        }
    }

    /// <param name="score">mIoU of a graph, 0-1.</param>
    /// <param name="reference">mIoU of the float graph.</param>
    /// <param name="allowedLoss">Largest acceptable loss, in mIoU 0-1.</param>
    /// <returns>The graph and its score; null when even the last attempt loses more.</returns>
    public (byte[] Graph, double Score, IReadOnlyList<string> Float)? Search(
        Func<byte[], double> score,
        double reference,
        double allowedLoss
    )
    {
        var always = _graph
            .Layers.OfType<ConvLayer>()
            .Select(c => c.Name)
            .Where(n => n is "logits" or "aspp.pooled" or "aspp.project.pooled")
            .ToHashSet();
        List<string>? ranking = null;
        for (var kept = 0; ; )
        {
            var floats = always.Concat((ranking ?? []).Take(kept)).ToHashSet();
            var graph = OnnxWriter.Write(_graph, Precision.Int8, new Quantization(_scales, floats));
            var reached = score(graph);
            _say($"int8 with {floats.Count} convolutions in float: mIoU {reached:P2} ({(reached - reference) * 100:+0.00;-0.00} points)");
            if (reached >= reference - allowedLoss)
                return (graph, reached, [.. floats]);
            ranking ??= Sensitivity(always);
            if (kept >= ranking.Count)
                return null;
            kept = Math.Min(ranking.Count, Math.Max(2, kept * 2));
        }
    }

    // Each convolution alone in bytes, the rest in float: how far the logits move.
    private List<string> Sensitivity(HashSet<string> always)
    {
        _say("Measuring how much each convolution suffers in 8 bits ...");
        var images = _images.Take(4).ToArray();
        var all = _graph.Layers.OfType<ConvLayer>().Select(c => c.Name).ToHashSet();
        var exact = images.Select(i => Logits(OnnxWriter.Write(_graph, Precision.Fp32), i)).ToArray();
        return
        [
            .. all.Except(always)
                .Select(name =>
                {
                    var graph = OnnxWriter.Write(_graph, Precision.Int8, new Quantization(_scales, all.Where(n => n != name).ToHashSet()));
                    var error = images
                        .Select((image, i) => System.Numerics.Tensors.TensorPrimitives.Distance(exact[i], Logits(graph, image)))
                        .Sum();
                    return (name, error);
                })
                .OrderByDescending(p => p.error)
                .Select(p => p.name),
        ];
    }

    private static float[] Logits(byte[] graph, RgbImage image)
    {
        using var session = new InferenceSession(graph);
        using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.Height, image.Width, 3]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["image"], [input], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
