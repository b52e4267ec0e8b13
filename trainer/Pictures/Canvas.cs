using RoadSeg.Imaging;
using RoadSeg.Labels;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;

namespace RoadSeg.Trainer.Pictures;

/// <summary>An RGB raster to draw on: boxes, antialiased lines, text, pictures. Coordinates are pixels from the upper left; what lies
/// outside is cut off.</summary>
internal sealed class Canvas
{
    private readonly byte[] _pixels;
    private readonly float[] _coverage;

    public Canvas(int width, int height, RgbColor background)
    {
        (Width, Height) = (width, height);
        _pixels = new byte[3 * width * height];
        _coverage = new float[width * height];
        Fill(0, 0, width, height, background);
    }

    public int Width { get; }

    public int Height { get; }

    public RgbImage Image() => new(Width, Height, [.. _pixels]);

    /// <summary>A picture of ours as a PNG.</summary>
    public static byte[] Png(RgbImage image)
    {
        using var picture = SixLabors.ImageSharp.Image.WrapMemory<Rgb24>(image.Pixels, image.Width, image.Height);
        using var file = new MemoryStream();
        picture.Save(file, new PngEncoder { CompressionLevel = PngCompressionLevel.BestSpeed, FilterMethod = PngFilterMethod.Up });
        return file.ToArray();
    }

    public void Fill(int x, int y, int width, int height, RgbColor color)
    {
        for (var row = Math.Max(0, y); row < Math.Min(Height, y + height); row++)
        {
            for (var column = Math.Max(0, x); column < Math.Min(Width, x + width); column++)
                Blend((row * Width) + column, color, 1);
        }
    }

    public void Draw(RgbImage image, int x, int y)
    {
        if (x >= Width || y >= Height || x + image.Width <= 0 || y + image.Height <= 0)
            return;
        using var canvas = SixLabors.ImageSharp.Image.WrapMemory<Rgb24>(_pixels, Width, Height);
        using var picture = SixLabors.ImageSharp.Image.WrapMemory<Rgb24>(image.Pixels, image.Width, image.Height);
        canvas.Mutate(steps => steps.DrawImage(picture, new Point(x, y), opacity: 1));
    }

    /// <summary>A line through points, with round ends and joints.</summary>
    /// <param name="dash">Lengths of drawn and of left out parts in pixels, alike; 0 for a whole line.</param>
    public void Line(IReadOnlyList<(double X, double Y)> points, RgbColor color, double thickness, double opacity = 1, double dash = 0)
    {
        // Coverage of the whole line first: where its parts meet they must not darken each other.
        var (left, top, right, bottom) = (Width, Height, -1, -1);
        var walked = 0.0;
        for (var i = 0; i < Math.Max(1, points.Count - 1) && points.Count > 0; i++)
        {
            var (from, to) = (points[i], points[Math.Min(i + 1, points.Count - 1)]);
            foreach (var (a, b) in dash > 0 ? Dashes(from, to, dash, walked) : [(from, to)])
            {
                var reach = (thickness / 2) + 1;
                var (x0, x1) = (
                    Math.Max(0, (int)Math.Floor(Math.Min(a.X, b.X) - reach)),
                    Math.Min(Width - 1, (int)Math.Ceiling(Math.Max(a.X, b.X) + reach))
                );
                var (y0, y1) = (
                    Math.Max(0, (int)Math.Floor(Math.Min(a.Y, b.Y) - reach)),
                    Math.Min(Height - 1, (int)Math.Ceiling(Math.Max(a.Y, b.Y) + reach))
                );
                (left, top, right, bottom) = (Math.Min(left, x0), Math.Min(top, y0), Math.Max(right, x1), Math.Max(bottom, y1));
                Cover(a, b, thickness / 2, x0, y0, x1, y1);
            }

            walked += Math.Sqrt(((to.X - from.X) * (to.X - from.X)) + ((to.Y - from.Y) * (to.Y - from.Y)));
        }

        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var at = (y * Width) + x;
                if (_coverage[at] > 0)
                    Blend(at, color, _coverage[at] * opacity);
                _coverage[at] = 0;
            }
        }
    }

    /// <param name="baseline">y of the line that letters stand on.</param>
    /// <param name="size">Height of a capital in pixels.</param>
    public void Text(string text, double x, double baseline, double size, RgbColor color, Align align = Align.Left, bool bold = false)
    {
        var unit = size / StrokeFont.CapHeight;
        x -= align switch
        {
            Align.Centre => TextWidth(text, size) / 2,
            Align.Right => TextWidth(text, size),
            _ => 0,
        };
        foreach (var stroke in StrokeFont.Line(text))
            Line(
                [.. stroke.Select(p => (x + (p.X * unit), baseline - ((p.Y - StrokeFont.Baseline) * unit)))],
                color,
                Math.Max(1.05, size * (bold ? 0.19 : 0.125))
            );
    }

    public static double TextWidth(string text, double size) => StrokeFont.Width(text) * size / StrokeFont.CapHeight;

    private void Cover((double X, double Y) a, (double X, double Y) b, double radius, int x0, int y0, int x1, int y1)
    {
        var (dx, dy) = (b.X - a.X, b.Y - a.Y);
        var length = (dx * dx) + (dy * dy);
        for (var y = y0; y <= y1; y++)
        {
            for (var x = x0; x <= x1; x++)
            {
                // Distance of the pixel's centre to the segment.
                var t = length == 0 ? 0 : Math.Clamp((((x + 0.5 - a.X) * dx) + ((y + 0.5 - a.Y) * dy)) / length, 0, 1);
                var (ex, ey) = (x + 0.5 - a.X - (t * dx), y + 0.5 - a.Y - (t * dy));
                var coverage = (float)Math.Clamp(radius + 0.5 - Math.Sqrt((ex * ex) + (ey * ey)), 0, 1);
                ref var cell = ref _coverage[(y * Width) + x];
                cell = Math.Max(cell, coverage);
            }
        }
    }

    private static IEnumerable<((double X, double Y) From, (double X, double Y) To)> Dashes(
        (double X, double Y) from,
        (double X, double Y) to,
        double dash,
        double walked
    )
    {
        var length = Math.Sqrt(((to.X - from.X) * (to.X - from.X)) + ((to.Y - from.Y) * (to.Y - from.Y)));
        for (var at = -(walked % (2 * dash)); at < length; at += 2 * dash)
        {
            var (start, end) = (Math.Max(0, at), Math.Min(length, at + dash));
            if (end > start)
                yield return (Between(start), Between(end));
        }

        (double X, double Y) Between(double part) =>
            (from.X + ((to.X - from.X) * part / length), from.Y + ((to.Y - from.Y) * part / length));
    }

    private void Blend(int at, RgbColor color, double opacity)
    {
        var pixel = _pixels.AsSpan(3 * at, 3);
        pixel[0] = (byte)Math.Round(pixel[0] + ((color.R - pixel[0]) * opacity));
        pixel[1] = (byte)Math.Round(pixel[1] + ((color.G - pixel[1]) * opacity));
        pixel[2] = (byte)Math.Round(pixel[2] + ((color.B - pixel[2]) * opacity));
    }
}
