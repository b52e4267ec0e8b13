using Microsoft.ML.OnnxRuntime;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Trainer.Data;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores a graph. One look goes through the engine that serves it, so that what is published is what was measured; several looks
/// need the logits themselves.</summary>
internal static class OnnxEvaluation
{
    public static SetScores Run(SegmentationEngine engine, SegmentationSet set, Action<FrameResult>? each = null) =>
        SetEvaluation.Run(set, image => Seen(engine.SegmentPhoto(image)), each);

    /// <summary>The same, looking at each picture as jobs with detail=high do.</summary>
    public static SetScores RunInDetail(SegmentationEngine engine, SegmentationSet set) => SetEvaluation.Run(set, image =>
        {
            var plan = TilePlan.Of(image.Width, image.Height, engine.Model);
            if (plan.Runs == 1)
                return Seen(engine.SegmentPhoto(image));
            using var tiles = engine.Tile(ImageDecoder.ResizeTo(image, plan.Width, plan.Height), plan);
            while (tiles.Run())
                continue;
            return Seen(tiles.Result(image.Width, image.Height));
        });

    private static Prediction Seen(SegmentationResult result) => new(result.ClassIds, result.Confidence);

    /// <param name="graph">A graph as this trainer exports it: uint8 [N, H, W, 3] "image" to float [N, classes, h, w] "logits".</param>
    /// <param name="read">As for <see cref="OnnxFile.WithData"/>: where weights beside the graph may lie; null: nowhere.</param>
    public static SetScores Run(
        byte[] graph,
        SegmentationSet set,
        PreprocessSpec input,
        TestTime testTime,
        Func<string, byte[]?>? read = null
    )
    {
        using var session = Open(graph, read ?? (_ => null), set.Labels.Count);
        var network = new OnnxNetwork(session);
        return SetEvaluation.Run(set, image => testTime.Predict(network, image, input));
    }

    /// <summary>Whether a package's graph has the contract of this trainer's exports.</summary>
    public static bool IsOurs(ModelDescription model) =>
        model.Input is { Name: "image", ElementType: InputElementType.UInt8, Layout: TensorLayout.Nhwc, Width: null }
        && model.Output is { Name: "logits", Kind: OutputKind.Logits, Layout: TensorLayout.Nchw };

    private static InferenceSession Open(byte[] graph, Func<string, byte[]?> read, int classes)
    {
        InferenceSession session;
        try
        {
            // ONNX Runtime itself would read weights beside the graph from wherever the process stands.
            session = new InferenceSession(OnnxFile.Read(graph).WithData(read));
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"RoadSeg cannot load the graph: {e.Message}", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new TrainerException($"ONNX Runtime cannot load the graph: {e.Message}", e);
        }

        var fits =
            session.InputMetadata.TryGetValue("image", out var input)
            && input.ElementType == typeof(byte)
            && session.OutputMetadata.TryGetValue("logits", out var output)
            && output.Dimensions is [_, var channels, _, _]
            && channels == classes;
        if (fits)
            return session;
        session.Dispose();
        throw new TrainerException(
            $"The graph is not of this trainer's form (input 'image', uint8 [N, H, W, 3]; output 'logits', float [N, {classes}, h, w]). "
                + "Score others as a package (--model FOLDER), without --flip and --scales."
        );
    }

    private sealed class OnnxNetwork(InferenceSession session) : INetwork
    {
        public Tensor Logits(RgbImage picture)
        {
            using var options = new RunOptions();
            using var input = OrtValue.CreateTensorValueFromMemory(picture.Pixels, [1, picture.Height, picture.Width, 3]);
            using var outputs = session.Run(options, ["image"], [input], ["logits"]);
            return tensor(outputs[0].GetTensorDataAsSpan<float>().ToArray(), outputs[0].GetTensorTypeAndShape().Shape, dtype: float32);
        }
    }
}
