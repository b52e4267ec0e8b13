using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Runs a model over a set: logits resized to the ground truth's size, argmax.</summary>
internal static class TorchEvaluation
{
    public static SetScores Run(
        DeepLabV3Plus model,
        SegmentationSet set,
        PreprocessSpec input,
        Device device,
        TestTime? testTime = null,
        Action<FrameResult>? each = null
    )
    {
        var training = model.training;
        model.eval();
        var (network, looks) = (new TorchNetwork(model, device), testTime ?? TestTime.Once);
        var scores = SetEvaluation.Run(set, image => looks.Predict(network, image, input), each);
        model.train(training);
        return scores;
    }

    private sealed class TorchNetwork(DeepLabV3Plus model, Device device) : INetwork
    {
        public Tensor Logits(RgbImage picture) =>
            model.forward(ModelInput.Normalised(picture.Pixels, 1, picture.Height, picture.Width, device)).Logits;
    }
}
