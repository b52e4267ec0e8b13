using System.Runtime.InteropServices;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using SixLabors.ImageSharp.Formats.Png;
using SixLabors.ImageSharp.PixelFormats;
using SkiaSharp;

namespace RoadSeg.Trainer.Pictures;

/// <summary>A picture of charts, other pictures and words. Coordinates are pixels from the upper left; what lies outside is cut off.</summary>
internal sealed class Sheet : IDisposable
{
    private readonly SKSurface _surface;

    public Sheet(int width, int height, RgbColor background)
    {
        (Width, Height) = (width, height);
        _surface = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        _surface.Canvas.Clear(Skia(background));
    }

    public int Width { get; }

    public int Height { get; }

    public void Fill(int x, int y, int width, int height, RgbColor color)
    {
        using var paint = new SKPaint { Color = Skia(color) };
        _surface.Canvas.DrawRect(x, y, width, height, paint);
    }

    public void Draw(RgbImage image, int x, int y)
    {
        using var pixels = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var to = MemoryMarshal.Cast<byte, Rgba32>(pixels.GetPixelSpan());
        var from = MemoryMarshal.Cast<byte, Rgb24>(image.Pixels.AsSpan());
        for (var i = 0; i < from.Length; i++)
            to[i] = new Rgba32(from[i].R, from[i].G, from[i].B);
        _surface.Canvas.DrawBitmap(pixels, x, y);
    }

    public void Draw(ScottPlot.Plot plot, int x, int y, int width, int height)
    {
        // A plot wipes all that it is drawn on.
        using var panel = SKSurface.Create(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        plot.Render(panel.Canvas, new ScottPlot.PixelRect(0, width, height, 0));
        using var drawn = panel.Snapshot();
        _surface.Canvas.DrawImage(drawn, x, y);
    }

    /// <param name="baseline">y of the line that letters stand on.</param>
    public void Text(string text, float x, float baseline, float size, RgbColor color, bool bold = false)
    {
        using var font = Lettering.Font(size, bold);
        using var paint = new SKPaint { Color = Skia(color), IsAntialias = true };
        _surface.Canvas.DrawText(text, x, baseline, font, paint);
    }

    /// <summary>The picture as a PNG.</summary>
    public byte[] Png()
    {
        using var pixels = _surface.PeekPixels();
        using var picture = SixLabors.ImageSharp.Image.LoadPixelData<Rgba32>(pixels.GetPixelSpan(), Width, Height);
        using var file = new MemoryStream();
        picture.Save(
            file,
            new PngEncoder
            {
                ColorType = PngColorType.Rgb,
                CompressionLevel = PngCompressionLevel.BestSpeed,
                FilterMethod = PngFilterMethod.Up,
            }
        );
        return file.ToArray();
    }

    public void Dispose() => _surface.Dispose();

    private static SKColor Skia(RgbColor color) => new(color.R, color.G, color.B);
}
