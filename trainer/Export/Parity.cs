using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Export;

/// <summary>How far a graph is from the network it was written from.</summary>
/// <param name="Images">Pictures compared.</param>
/// <param name="MaxDifference">Largest absolute difference of any logit.</param>
/// <param name="Agreement">Share of logit cells with the same best class, 0-1.</param>
internal sealed record ParityReport(int Images, double MaxDifference, double Agreement);

/// <summary>Compares ONNX Runtime with libtorch, picture by picture.</summary>
internal static class Parity
{
    public const double MaxDifference = 1e-4;
    public const double MinAgreement = 0.9999;

    /// <param name="images">Of any sizes.</param>
    public static ParityReport Compare(DeepLabV3Plus model, byte[] graph, IEnumerable<RgbImage> images)
    {
        // Saved graphs are compared as they are stored and as they are run: with the runtime's own optimisation.
        using var session = new InferenceSession(graph);
        using var options = new RunOptions();
        var (count, largest, equal, cells) = (0, 0.0, 0L, 0L);
        model.eval();
        using var _ = no_grad();
        foreach (var image in images)
        {
            using var scope = NewDisposeScope();
            var expected = model.forward(ModelInput.Normalised(image.Pixels, 1, image.Height, image.Width, CPU)).Logits;
            using var input = OrtValue.CreateTensorValueFromMemory(image.Pixels, [1, image.Height, image.Width, 3]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            var actual = tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), expected.shape, dtype: float32);
            largest = Math.Max(largest, actual.sub(expected).abs().max().item<float>());
            var same = actual.argmax(1).eq(expected.argmax(1));
            equal += same.sum().item<long>();
            cells += same.NumberOfElements;
            count++;
        }

        return new ParityReport(count, largest, (double)equal / cells);
    }
}
