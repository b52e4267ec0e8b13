using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Faults of an export that loading does not show: the graph runs, and what it gives is something else than the manifest
/// says.</summary>
internal static class ExportCheck
{
    // Logits that sum to 1 in every cell of two pictures are none; probabilities in 16 or 8 bits come only near it.
    private const double SumsToOne = 0.01;
    private const double MaySumToOne = 0.1;

    // Widths and heights of the photos that cameras and phones make.
    private static readonly (int Width, int Height)[] Shapes = [(4, 3), (3, 4), (16, 9), (9, 16), (1, 1), (4, 1)];

    /// <exception cref="RoadSegException"><c>model-invalid</c>.</exception>
    public static void Run(SegmentationEngine engine, string? lastOperation)
    {
        var model = engine.Model;
        CheckOperation(model, lastOperation);
        CheckSizes(engine);
        if (model.Output.Kind is OutputKind.ClassIds)
            return;
        var (width, height) = model.Preprocess.InputSize(4, 3);
        ScoreRange[] seen = [engine.Measure(Grey(width, height)), engine.Measure(Noise(width, height))];
        if (model.Output.Kind == OutputKind.Logits && seen.All(range => range.AreProbabilities && range.FarthestSum <= SumsToOne))
            throw Invalid(
                model,
                "says 'logits', but the scores of every cell sum to 1: they are probabilities, and a second softmax would spoil the "
                    + "confidence. Say kind 'probabilities'"
            );
        if (model.Output.Kind is OutputKind.Logits or OutputKind.SigmoidLogits && seen.All(range => range.AreProbabilities))
        {
            throw Invalid(
                model,
                $"says '{Name(model.Output.Kind)}', but every score of two pictures lies from 0 to 1: they are probabilities already. "
                    + "Say kind 'sigmoid' and which class is the background, or export the model without its sigmoid"
            );
        }

        if (model.Output.Kind == OutputKind.Probabilities && seen.Any(range => range.FarthestSum > MaySumToOne))
        {
            throw Invalid(
                model,
                "says 'probabilities', but the scores of a cell do not sum to 1. Scores before softmax are 'logits', probabilities that "
                    + "stand each for themselves 'sigmoid'; or the layout is the other one"
            );
        }
    }

    private static void CheckOperation(ModelDescription model, string? operation)
    {
        var (kind, channels) = (model.Output.Kind, model.Output.Channels(model.Labels.Count));
        if (channels == 1 && kind is OutputKind.Logits or OutputKind.Probabilities)
            throw Invalid(
                model,
                $"says '{Name(kind)}' of a single class, which then has every pixel. Add a class such as 'background' to labels, and say "
                    + "kind 'sigmoid' (after sigmoid) or 'sigmoid-logits' (before) and which class is the background"
            );
        if (channels == 1 && kind is OutputKind.Sigmoid or OutputKind.SigmoidLogits && operation == "Softmax")
            throw Invalid(
                model,
                "has one channel, and the graph ends in Softmax: over one channel that is always 1. Export the model without it"
            );
        if (kind == OutputKind.Logits && operation == "Softmax")
            throw Invalid(
                model,
                "says 'logits', but the graph ends in Softmax: a second one would spoil the confidence. Say kind 'probabilities'"
            );
        if (kind is OutputKind.Logits or OutputKind.SigmoidLogits && operation is "Sigmoid" or "HardSigmoid")
            throw Invalid(
                model,
                $"says '{Name(kind)}', but the graph ends in {operation}. Say kind 'sigmoid' and which class is the background"
            );
        if (kind == OutputKind.SigmoidLogits && operation == "Softmax")
            throw Invalid(model, "says 'sigmoid-logits', but the graph ends in Softmax. Say kind 'probabilities'");
    }

    private static void CheckSizes(SegmentationEngine engine)
    {
        var spec = engine.Model.Preprocess;
        foreach (var (width, height) in Shapes.Select(shape => spec.InputSize(shape.Width, shape.Height)).Distinct())
        {
            try
            {
                engine.Segment(Noise(width, height), width, height);
            }
            catch (RoadSegException e) when (e.Code == ErrorCodes.Internal && engine.Provider == ExecutionProvider.Cpu)
            {
                throw new RoadSegException(
                    ErrorCodes.ModelInvalid,
                    $"The graph of model '{engine.Model.Name}' does not run at {width}x{height}, which its preprocess makes of some "
                        + "photos. "
                        + $"Raise preprocess.multipleOf to what the network needs (often 32), or say mode 'stretch'. {e.Message}",
                    e
                );
            }
        }
    }

    private static RgbImage Grey(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        pixels.AsSpan().Fill(128);
        return new RgbImage(width, height, pixels);
    }

    private static RgbImage Noise(int width, int height)
    {
        var pixels = new byte[3 * width * height];
        new Random(1).NextBytes(pixels);
        return new RgbImage(width, height, pixels);
    }

    private static string Name(OutputKind kind) =>
        kind switch
        {
            OutputKind.Logits => "logits",
            OutputKind.Probabilities => "probabilities",
            OutputKind.Sigmoid => "sigmoid",
            OutputKind.SigmoidLogits => "sigmoid-logits",
            _ => "class-ids",
        };

    private static RoadSegException Invalid(ModelDescription model, string what) =>
        new(ErrorCodes.ModelInvalid, $"Model '{model.Name}' {what}.");
}
