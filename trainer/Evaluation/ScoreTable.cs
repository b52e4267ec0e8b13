using RoadSeg.Evaluation;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores as a table for people.</summary>
internal static class ScoreTable
{
    public static void Write(TextWriter output, ConfusionMatrix matrix, LabelCatalogue labels, ConfusionMatrix? floor)
    {
        output.WriteLine($"accuracy {matrix.PixelAccuracy():P2}   class accuracy {matrix.MeanClassAccuracy():P2}   mIoU {matrix.MeanIoU():P2}   frequency-weighted IoU {matrix.FrequencyWeightedIoU():P2}");
        if (floor is not null)
            output.WriteLine($"without looking at the image: accuracy {floor.PixelAccuracy():P2}   mIoU {floor.MeanIoU():P2}");
        var (iou, recall) = (matrix.ClassIoU(), matrix.ClassAccuracies());
        foreach (var label in labels.Classes)
        {
            output.WriteLine($"  {label.Name,-16} IoU {Show(iou[label.Id]),-16} accuracy {Show(recall[label.Id])}");
        }
    }

    private static string Show(double? share) => share is { } value ? $"{value:P2}" : "absent, skipped";
}
