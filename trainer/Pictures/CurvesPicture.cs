using System.Globalization;
using RoadSeg.Labels;
using RoadSeg.Trainer.Metrics;

namespace RoadSeg.Trainer.Pictures;

/// <summary>curves.png: what metrics.jsonl holds, so that a resumed run shows its whole past.</summary>
internal static class CurvesPicture
{
    private const int PanelWidth = 660;
    private const int PanelHeight = 380;
    private const int Header = 46;

    // Readable for most colour-blind eyes (Okabe and Ito 2008).
    private static readonly RgbColor Blue = new(0x00, 0x72, 0xb2);
    private static readonly RgbColor PaleBlue = new(0xa9, 0xcf, 0xe6);
    private static readonly RgbColor Green = new(0x00, 0x9e, 0x73);
    private static readonly RgbColor Vermilion = new(0xd5, 0x5e, 0x00);
    private static readonly RgbColor Purple = new(0xa0, 0x4a, 0x80);
    private static readonly RgbColor Grey = new(0x88, 0x88, 0x88);
    public static readonly RgbColor Background = new(0xf7, 0xf7, 0xf7);

    /// <returns>A PNG.</returns>
    public static byte[] Draw(MetricsHistory run)
    {
        using var sheet = new Sheet(2 * PanelWidth, Header + ((run.Kept.Count > 0 ? 3 : 2) * PanelHeight), Background);
        var evaluations = run.Evaluations;
        var best = evaluations.MaxBy(e => e.MeanIou);
        sheet.Text(
            FormattableString.Invariant($"update {run.LastStep} of {run.Total}")
                + (best is null ? "" : FormattableString.Invariant($", best mIoU {best.MeanIou * 100:F2} % at update {best.Step}")),
            64,
            32,
            18,
            Chart.Ink,
            bold: true
        );

        var end = Math.Max(1, Math.Max(run.LastStep, evaluations.Count == 0 ? 0 : evaluations[^1].Step));
        var x = "updates";
        if (evaluations.Count > 0 && evaluations[^1].Epoch > 0)
            x = string.Create(
                CultureInfo.InvariantCulture,
                $"updates ({(double)evaluations[^1].Step / evaluations[^1].Epoch:0.#} an epoch)"
            );

        // The first losses of a fresh network are far above all that follow: they may leave the panel.
        var losses = run.Steps.Select(s => s.Loss).Order().ToArray();
        var means = evaluations.Select(e => (e.Step, e.TrainLoss)).ToArray();
        var top = losses.Length > 20 ? losses[(int)(losses.Length * 0.98)] * 1.05 : (double?)null;
        var loss = new Chart(
            "training loss",
            x,
            [
                new Series("10 updates", PaleBlue, Points(run.Steps.Select(s => (s.Step, s.Loss))), 1.5),
                new Series("since the last evaluation", Blue, Points(means), 2.2, Marks: means.Length < 60),
            ],
            Top: top
        );
        var accuracy = new Chart(
            "validation accuracy",
            x,
            [
                new Series("pixels", Green, Points(evaluations.Select(e => (e.Step, e.Accuracy))), Marks: evaluations.Count < 60),
                new Series("classes", Purple, Points(evaluations.Select(e => (e.Step, e.ClassAccuracy))), Marks: evaluations.Count < 60),
                new Series("no look at the image", Grey, Level(run.FloorAccuracy), Dashed: true),
            ],
            Percent: true,
            Top: 1
        );
        var iou = new Chart(
            "validation mIoU",
            x,
            [
                new Series("mIoU", Vermilion, Points(evaluations.Select(e => (e.Step, e.MeanIou))), Marks: evaluations.Count < 60),
                new Series("no look at the image", Grey, Level(run.FloorMeanIou), Dashed: true),
            ],
            Percent: true,
            Top: best is { MeanIou: > 0.7 } ? 1 : null
        );
        var rate = new Chart("learning rate of the head", x, [new Series("", Blue, Points(run.Steps.Select(s => (s.Step, s.Rate))))]);

        loss.Draw(sheet, 0, Header, PanelWidth, PanelHeight, end);
        accuracy.Draw(sheet, PanelWidth, Header, PanelWidth, PanelHeight, end);
        rate.Draw(sheet, 0, Header + PanelHeight, PanelWidth, PanelHeight, end);
        iou.Draw(sheet, PanelWidth, Header + PanelHeight, PanelWidth, PanelHeight, end);
        if (run.Kept.Count > 0)
            Kept(run.Kept, x).Draw(sheet, 0, Header + (2 * PanelHeight), 2 * PanelWidth, PanelHeight, end);
        return sheet.Png();

        (double X, double Y)[] Level(double? value) => value is { } v ? [(0, v), (end, v)] : [];
    }

    private static Chart Kept(IReadOnlyList<KeptEntry> kept, string x)
    {
        RgbColor[] colours = [Blue, Vermilion, Green, Purple, Grey, PaleBlue];
        var names = kept.SelectMany(entry => entry.Classes.Keys).Distinct();
        return new Chart(
            "share of the teachers' labels that is kept",
            x,
            [
                .. names.Select(
                    (name, i) =>
                        new Series(
                            name,
                            colours[i % colours.Length],
                            Points(kept.Select(entry => (entry.Step, entry.Classes.GetValueOrDefault(name) ?? double.NaN))),
                            Dashed: i >= colours.Length,
                            Marks: kept.Count < 60
                        )
                ),
            ],
            Percent: true,
            Top: 1
        );
    }

    private static (double X, double Y)[] Points(IEnumerable<(long Step, double Value)> values) =>
        [.. values.Select(v => ((double)v.Step, v.Value))];
}
