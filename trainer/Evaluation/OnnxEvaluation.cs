using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores a graph through the engine that serves it: what is published is what was measured.</summary>
internal static class OnnxEvaluation
{
    public static ConfusionMatrix Run(SegmentationEngine engine, SegmentationSet set, Action<int>? progress = null)
    {
        var matrix = new ConfusionMatrix(set.Labels.Count);
        for (var i = 0; i < set.Frames.Count; i++)
        {
            var (image, mask) = (set.Frames[i].Image, set.Frames[i].Mask);
            var result = engine.Segment(ImageDecoder.ResizeForModel(image, engine.Model.Preprocess), image.Width, image.Height);
            matrix.Add(mask, result.ClassIds, set.IgnoreId);
            progress?.Invoke(i + 1);
        }

        return matrix;
    }
}
