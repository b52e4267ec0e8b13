using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Runs any predictor over a set, at the ground truth's own size.</summary>
internal static class SetEvaluation
{
    /// <param name="predict">Classes of a picture at its own size.</param>
    /// <param name="each">Called after every frame.</param>
    public static SetScores Run(SegmentationSet set, Func<RgbImage, Prediction> predict, Action<FrameResult>? each = null)
    {
        var (pixels, boundaries) = (new ConfusionMatrix(set.Labels.Count), new BoundaryF(set.Labels.Count, set.IgnoreId));
        PrecisionByConfidence? certainty = new(set.Labels.Count);
        for (var i = 0; i < set.Frames.Count; i++)
        {
            var frame = set.Frames[i];
            var (prediction, confidence) = predict(frame.Image);
            var own = new ConfusionMatrix(set.Labels.Count);
            own.Add(frame.Mask, prediction, set.IgnoreId);
            pixels.Add(own);
            boundaries.Add(frame.Mask, prediction, frame.Image.Width, frame.Image.Height);
            if (confidence is null)
                certainty = null;
            else
                certainty?.Add(frame.Mask, prediction, confidence, set.IgnoreId);
            each?.Invoke(new FrameResult(i, frame, prediction, own));
        }

        return new SetScores(pixels, boundaries, certainty);
    }
}
