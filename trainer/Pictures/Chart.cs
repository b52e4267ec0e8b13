using System.Globalization;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Pictures;

/// <summary>A panel with axes, grid and legend.</summary>
/// <param name="FromZero">The y axis begins at 0 whatever the values.</param>
/// <param name="Percent">Values are shares: written in per cent.</param>
/// <param name="Top">Upper end of the y axis; null to fit the values.</param>
internal sealed record Chart(
    string Title,
    string XTitle,
    IReadOnlyList<Series> Series,
    bool FromZero = true,
    bool Percent = false,
    double? Top = null
)
{
    public static readonly RgbColor Ink = new(0x33, 0x33, 0x33);
    private static readonly RgbColor Paper = new(0xff, 0xff, 0xff);
    private static readonly RgbColor Grid = new(0xe4, 0xe4, 0xe4);
    private static readonly RgbColor Faint = new(0x77, 0x77, 0x77);

    private const double TitleSize = 13;
    private const double TextSize = 9;
    private const int LeftMargin = 64;
    private const int TopMargin = 34;
    private const int BottomMargin = 52;
    private const int RightMargin = 18;
    private const double DashLength = 6;

    public void Draw(Canvas canvas, int x, int y, int width, int height, double xEnd)
    {
        var (left, top, right, bottom) = (x + LeftMargin, y + TopMargin, x + width - RightMargin, y + height - BottomMargin);
        canvas.Text(Title, left, y + 22, TitleSize, Ink, bold: true);
        canvas.Fill(left, top, right - left, bottom - top, Paper);
        var values = Series.SelectMany(s => s.Points.Select(p => p.Y)).Where(double.IsFinite).ToArray();
        if (values.Length == 0)
        {
            canvas.Text("nothing recorded", (left + right) / 2.0, (top + bottom) / 2.0, TextSize, Faint, Align.Centre);
            return;
        }

        var (low, high) = (FromZero ? 0 : values.Min(), Top ?? values.Max());
        if (high - low < 1e-12)
            (low, high) = FromZero ? (0, Math.Max(high, 1e-6)) : (low - 0.5, high + 0.5);
        var step = Step(high - low, 6);
        (low, high) = (Math.Floor((low / step) + 1e-9) * step, Math.Ceiling((high / step) - 1e-9) * step);
        for (var i = 0; i <= (int)Math.Round((high - low) / step); i++)
        {
            var value = low + (i * step);
            canvas.Line([(left, Y(value)), (right, Y(value))], Grid, 1);
            canvas.Text(Label(value, step), left - 8, Y(value) + (TextSize / 2), TextSize, Ink, Align.Right);
        }

        var xStep = Math.Max(1, Step(xEnd, 6));
        for (var tick = 0.0; tick <= xEnd * 1.0001; tick += xStep)
        {
            canvas.Line([(X(tick), top), (X(tick), bottom)], Grid, 1);
            canvas.Text(tick.ToString("0.##", CultureInfo.InvariantCulture), X(tick), bottom + 18, TextSize, Ink, Align.Centre);
        }

        canvas.Text(XTitle, right, bottom + 38, TextSize, Faint, Align.Right);
        foreach (var series in Series)
            Curve(canvas, series);
        canvas.Line([(left, top), (left, bottom), (right, bottom)], Ink, 1.2);
        Legend(canvas, left, bottom + 38);

        double X(double value) => left + ((right - left) * value / Math.Max(xEnd, 1e-9));
        double Y(double value) => bottom - ((bottom - top) * (Math.Clamp(value, low, high) - low) / (high - low));

        void Curve(Canvas on, Series series)
        {
            var points = series.Points.Where(p => double.IsFinite(p.Y)).Select(p => (X(p.X), Y(p.Y))).ToArray();
            if (points.Length == 0)
                return;
            on.Line(points, series.Color, series.Thickness, dash: series.Dashed ? DashLength : 0);
            if (series.Marks)
            {
                foreach (var point in points)
                    on.Line([point], series.Color, series.Thickness + 4);
            }
        }
    }

    private void Legend(Canvas canvas, double left, double baseline)
    {
        foreach (var series in Series.Where(s => s.Name.Length > 0))
        {
            canvas.Line(
                [(left, baseline - (TextSize / 2)), (left + 20, baseline - (TextSize / 2))],
                series.Color,
                Math.Max(2, series.Thickness),
                dash: series.Dashed ? DashLength : 0
            );
            canvas.Text(series.Name, left + 28, baseline, TextSize, Ink);
            left += Canvas.TextWidth(series.Name, TextSize) + 48;
        }
    }

    private string Label(double value, double step)
    {
        if (Percent)
            return (value * 100).ToString(step < 0.00999 ? "0.0" : "0", CultureInfo.InvariantCulture) + " %";
        if (Math.Abs(value) < step / 2)
            return "0";
        return step < 0.001 ? value.ToString("0.0e0", CultureInfo.InvariantCulture) : value.ToString("0.###", CultureInfo.InvariantCulture);
    }

    // 1, 2 or 5 times a power of ten.
    private static double Step(double range, int about)
    {
        var rough = range / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return power
            * (
                rough / power <= 1 ? 1
                : rough / power <= 2 ? 2
                : rough / power <= 5 ? 5
                : 10
            );
    }
}
