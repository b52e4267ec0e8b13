using System.Globalization;
using RoadSeg.Labels;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace RoadSeg.Trainer.Pictures;

/// <summary>A panel with axes, grid and legend. Both axes begin at 0.</summary>
/// <param name="Percent">Values are shares: written in per cent.</param>
/// <param name="Top">Upper end of the y axis; null to fit the values.</param>
internal sealed record Chart(string Title, string XTitle, IReadOnlyList<Series> Series, bool Percent = false, double? Top = null)
{
    public static readonly RgbColor Ink = new(0x33, 0x33, 0x33);

    private const float TitleSize = 17;
    private const float TextSize = 13;
    private const float LegendSize = 12;

    /// <param name="xEnd">Right end of the x axis.</param>
    public void Draw(Sheet sheet, int x, int y, int width, int height, double xEnd)
    {
        using var plot = new Plot();
        var values = Series.SelectMany(series => series.Points).Select(point => point.Y).Where(double.IsFinite).ToArray();
        foreach (var series in Series)
            Add(plot, series);
        plot.FigureBackground.Color = Of(CurvesPicture.Background);
        plot.DataBackground.Color = Colors.White;
        plot.Axes.Color(Of(Ink));
        plot.Grid.MajorLineColor = Of(new RgbColor(0xe4, 0xe4, 0xe4));
        plot.Title(values.Length == 0 ? $"{Title}: nothing recorded" : Title, TitleSize);
        plot.XLabel(XTitle, TextSize);
        plot.Axes.Bottom.Label.Bold = false;
        var top = Top ?? Math.Max(values.DefaultIfEmpty(1).Max() * 1.05, 1e-9);
        plot.Axes.SetLimits(0, Math.Max(xEnd, 1e-9), 0, top);
        plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = value => Label(value, top) };
        foreach (var axis in plot.Axes.GetAxes())
            axis.TickLabelStyle.FontSize = TextSize;
        if (Series.Any(series => series.Name.Length > 0 && series.Points.Count > 0))
        {
            plot.Legend.FontSize = LegendSize;
            plot.Legend.Orientation = Orientation.Horizontal;
            plot.Legend.OutlineWidth = 0;
            plot.Legend.ShadowColor = Colors.Transparent;
            plot.Legend.BackgroundColor = Of(CurvesPicture.Background);
            plot.ShowLegend(Edge.Bottom);
        }

        if (Lettering.Family is { } family)
            plot.Font.Set(family);
        sheet.Draw(plot, x, y, width, height);
    }

    private static void Add(Plot plot, Series series)
    {
        var points = series.Points.Where(point => double.IsFinite(point.Y)).ToArray();
        if (points.Length == 0)
            return;
        var line = plot.Add.Scatter([.. points.Select(point => point.X)], points.Select(point => point.Y).ToArray());
        line.Color = Of(series.Color);
        line.LineWidth = (float)series.Thickness;
        line.LinePattern = series.Dashed ? LinePattern.Dashed : LinePattern.Solid;
        line.MarkerSize = series.Marks || points.Length == 1 ? (float)series.Thickness + 4 : 0;
        line.LegendText = series.Name;
    }

    private string Label(double value, double top)
    {
        if (Percent)
            return (value * 100).ToString(top < 0.05 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";
        return Math.Abs(value) < 1e-12 ? "0" : value.ToString(top < 0.01 ? "0.#e0" : "0.###", CultureInfo.InvariantCulture);
    }

    private static Color Of(RgbColor color) => new(color.R, color.G, color.B);
}
