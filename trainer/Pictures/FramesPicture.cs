using RoadSeg.Evaluation;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Pictures;

/// <summary>samples.png and worst.png: image, truth and prediction side by side in the catalogue's colours, with figures and a
/// legend.</summary>
internal static class FramesPicture
{
    private const int CellWidth = 400;
    private const int Gap = 10;
    private const int Header = 64;
    private const int RowText = 24;
    private const int LegendRow = 24;
    private const float TextSize = 13;
    private const int WorstClasses = 3;

    private static readonly RgbColor Background = new(0xff, 0xff, 0xff);
    private static readonly RgbColor Faint = new(0x55, 0x55, 0x55);

    /// <returns>A PNG.</returns>
    public static byte[] Draw(string title, IReadOnlyList<ScoredFrame> frames, LabelCatalogue labels)
    {
        var heights = frames.Select(f => Math.Max(1, f.Frame.Image.Height * CellWidth / f.Frame.Image.Width)).ToArray();
        var width = (3 * CellWidth) + (4 * Gap);
        var legend = Legend(labels, width);
        using var sheet = new Sheet(
            width,
            Header + heights.Sum(h => h + RowText + Gap) + ((legend.Max(e => e.Row) + 1) * LegendRow) + Gap,
            Background
        );
        sheet.Text(title, Gap, 28, 18, Chart.Ink, bold: true);
        string[] columns = ["image", "truth (black: not labelled)", "prediction"];
        for (var c = 0; c < columns.Length; c++)
            sheet.Text(columns[c], Column(c), Header - 10, TextSize + 1, Faint);

        var y = Header;
        for (var i = 0; i < frames.Count; i++)
        {
            var (frame, prediction, scores) = frames[i];
            sheet.Draw(ImageDecoder.ResizeTo(frame.Image, CellWidth, heights[i]), Column(0), y);
            sheet.Draw(Paint(frame.Mask, frame.Image.Width, frame.Image.Height, heights[i], labels), Column(1), y);
            sheet.Draw(Paint(prediction, frame.Image.Width, frame.Image.Height, heights[i], labels), Column(2), y);
            sheet.Text(Figures(frame, scores, labels), Gap, y + heights[i] + 16, TextSize, Chart.Ink);
            y += heights[i] + RowText + Gap;
        }

        foreach (var (label, x, row) in legend)
        {
            sheet.Fill(x, y + (row * LegendRow), 14, 14, label.Color);
            sheet.Text(label.Name, x + 20, y + (row * LegendRow) + 12, TextSize, Chart.Ink);
        }

        return sheet.Png();
    }

    private static int Column(int index) => Gap + (index * (CellWidth + Gap));

    private static string Figures(Frame frame, ConfusionMatrix scores, LabelCatalogue labels)
    {
        if (scores.Total == 0)
            return $"{frame.Name}: nothing labelled";
        var iou = scores.ClassIoU();
        var worst = labels
            .Classes.Where(c => iou[c.Id] is not null)
            .OrderBy(c => iou[c.Id])
            .Take(WorstClasses)
            .Select(c => $"{c.Name} {iou[c.Id]:P0}");
        return $"{frame.Name}: mIoU {scores.MeanIoU():P1}, accuracy {scores.PixelAccuracy():P1}; lowest: {string.Join(", ", worst)}";
    }

    // Nearest, so that the colours stay those of the catalogue.
    private static RgbImage Paint(byte[] ids, int width, int height, int cellHeight, LabelCatalogue labels)
    {
        var small = new byte[CellWidth * cellHeight];
        new Window(width, height, CellWidth, cellHeight, 0, 0, CellWidth, cellHeight, Flip: false).Mask(ids, small, 0);
        var pixels = new byte[3 * small.Length];
        for (var i = 0; i < small.Length; i++)
        {
            if (small[i] < labels.Count)
                (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = (
                    labels.Classes[small[i]].Color.R,
                    labels.Classes[small[i]].Color.G,
                    labels.Classes[small[i]].Color.B
                );
        }

        return new RgbImage(CellWidth, cellHeight, pixels);
    }

    private static List<(LabelClass Label, int X, int Row)> Legend(LabelCatalogue labels, int width)
    {
        var entries = new List<(LabelClass, int, int)>();
        var (x, row) = (Gap, 0);
        foreach (var label in labels.Classes)
        {
            var needed = 20 + (int)Lettering.Width(label.Name, TextSize) + 22;
            if (x + needed > width && x > Gap)
                (x, row) = (Gap, row + 1);
            entries.Add((label, x, row));
            x += needed;
        }

        return entries;
    }
}
