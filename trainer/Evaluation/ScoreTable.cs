using RoadSeg.Evaluation;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Scores as a table for people.</summary>
internal static class ScoreTable
{
    public static void Write(TextWriter output, SetScores scores, LabelCatalogue labels, ConfusionMatrix? floor)
    {
        var (pixels, boundaries) = (scores.Pixels, scores.Boundaries);
        output.WriteLine(
            $"accuracy {pixels.PixelAccuracy():P2}   class accuracy {pixels.MeanClassAccuracy():P2}   mIoU {pixels.MeanIoU():P2}   "
                + $"frequency-weighted IoU {pixels.FrequencyWeightedIoU():P2}   boundary F {Show(boundaries.Mean)} (within "
                + $"{BoundaryF.Tolerance:P2} of the diagonal)"
        );
        if (floor is not null)
            output.WriteLine($"without looking at the image: accuracy {floor.PixelAccuracy():P2}   mIoU {floor.MeanIoU():P2}");
        var (iou, recall, edges) = (pixels.ClassIoU(), pixels.ClassAccuracies(), boundaries.PerClass);
        var certain = scores.Certain;
        var width = labels.Classes.Max(c => c.Name.Length);
        foreach (var label in labels.Classes)
            output.WriteLine(
                $"  {label.Name.PadRight(width)}  IoU {Show(iou[label.Id]), -8} accuracy {Show(recall[label.Id]), -8} boundary F "
                    + $"{Show(edges[label.Id]), -8}{(certain is null ? "" : $" {Certain(certain[label.Id])}")}"
            );
        var absent = labels.Classes.Where(c => recall[c.Id] is null).ToArray();
        if (absent.Length > 0)
            output.WriteLine(
                $"Not in this ground truth, so left out of class accuracy and boundary F, and out of mIoU unless it was predicted: "
                    + $"{string.Join(", ", absent.Select(c => c.Name))}."
            );
    }

    private static string Certain(CertainPixels? found) =>
        found switch
        {
            null => "given to no pixel",
            { From: { } from } => $"{SetScores.CertainPrecision:P0} right from confidence {from:F4} on ({found.Share:P2} of its pixels)",
            _ => $"{SetScores.CertainPrecision:P0} right at no confidence",
        };

    private static string Show(double? share) => share is { } value ? $"{value:P2}" : "absent";
}
