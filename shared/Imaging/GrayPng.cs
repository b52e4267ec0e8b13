using System.IO.Compression;

namespace RoadSeg.Imaging;

/// <summary>One channel as a grey PNG, every sample kept. Confidence is stored by <see cref="ConfidencePng"/>.</summary>
public static class GrayPng
{
    private static readonly PngEffort Effort = new(Up: true, Level: 2, ZLibCompressionStrategy.Default);

    /// <summary>Encodes samples as an 8-bit grey PNG.</summary>
    /// <param name="samples">Shape [height, width], 0 black to 255 white.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentException">The size does not fit the samples.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> samples, int width, int height)
    {
        IdPlane.CheckSize(samples.Length, width, height);
        using var png = new PngWriter(width, height, PngColor.Grey, [], Effort);
        for (var y = 0; y < height; y++)
            png.Row(samples.Slice(y * width, width));
        return png.Finish();
    }
}
