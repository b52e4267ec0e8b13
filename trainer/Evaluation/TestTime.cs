using RoadSeg.Imaging;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>How often one picture is looked at.</summary>
/// <param name="Flip">Also mirrored.</param>
/// <param name="Scales">Factors on the model's input size, each 0.25-4.</param>
internal sealed record TestTime(bool Flip, IReadOnlyList<double> Scales)
{
    public static readonly TestTime Once = new(false, [1]);

    public bool IsOnce => !Flip && Scales is [1];

    public void Validate() =>
        Check.That(
            Scales.Count > 0 && Scales.All(s => s is >= 0.25 and <= 4),
            "--scales takes numbers of 0.25 to 4 with commas between, such as 0.75,1,1.25."
        );

    /// <summary>Classes at the picture's own size. One look takes the best logit; of several the softmax probabilities are averaged at that
    /// size.</summary>
    public Prediction Predict(INetwork network, RgbImage image, PreprocessSpec input)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (IsOnce)
        {
            var logits = Look(network, image, input, 1);
            return Best(logits, nn.functional.softmax(logits, 1), 1);
        }

        var sum = zeros(1);
        foreach (var scale in Scales)
        {
            sum = sum.add(nn.functional.softmax(Look(network, image, input, scale), 1), HeldScalars.One);
            if (Flip)
                sum = sum.add(nn.functional.softmax(Look(network, image.Mirrored(), input, scale), 1).flip(3), HeldScalars.One);
        }

        return Best(sum, sum, Flip ? 2 * Scales.Count : Scales.Count);
    }

    private static Tensor Look(INetwork network, RgbImage image, PreprocessSpec input, double scale)
    {
        var spec = input with { Width = (int)Math.Round(input.Width * scale), Height = (int)Math.Round(input.Height * scale) };
        return Resize.To(network.Logits(ImageDecoder.ResizeForModel(image, spec)), image.Height, image.Width).cpu();
    }

    private static Prediction Best(Tensor scores, Tensor probabilities, int looks) =>
        new(
            scores.argmax(1).to(uint8).contiguous().data<byte>().ToArray(),
            Array.ConvertAll(probabilities.amax(1).contiguous().data<float>().ToArray(), sum => (byte)MathF.Round(255 * sum / looks))
        );
}
