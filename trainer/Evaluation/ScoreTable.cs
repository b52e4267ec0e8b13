using RoadSeg.Labels;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores as a table for people.</summary>
internal static class ScoreTable
{
    public static void Write(TextWriter output, ConfusionMatrix matrix, LabelCatalogue labels, ConfusionMatrix? floor)
    {
        output.WriteLine($"accuracy {matrix.Accuracy:P2}   class accuracy {matrix.ClassAccuracy:P2}   mIoU {matrix.MeanIou:P2}   frequency-weighted IoU {matrix.FrequencyWeightedIou:P2}");
        if (floor is not null)
            output.WriteLine($"without looking at the image: accuracy {floor.Accuracy:P2}   mIoU {floor.MeanIou:P2}");
        var iou = matrix.Iou;
        foreach (var label in labels.Classes)
        {
            var score = double.IsNaN(iou[label.Id]) ? "absent, skipped" : $"{iou[label.Id]:P2}";
            output.WriteLine($"  {label.Name,-16} IoU {score,8}   of labelled pixels {(double)matrix.Truth(label.Id) / Math.Max(1, matrix.Total):P2}");
        }
    }
}
