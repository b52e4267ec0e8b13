using System.IO.Compression;
using System.Numerics;

namespace RoadSeg.Imaging;

/// <summary>Confidence of every pixel as an 8-bit grey PNG. Values are kept to 6 bits: what is lost is far below what a softmax
/// means, and half of the file and of the time to write it is noise in the last two.</summary>
public static class ConfidencePng
{
    /// <summary>Largest difference between a stored sample and the one it stands for, of 255.</summary>
    public const int MaxError = 2;

    private static readonly PngEffort Effort = new(Up: true, Level: 4, ZLibCompressionStrategy.RunLengthEncoding);

    /// <summary>Encodes a plane of confidence: each sample as the middle of its step of four.</summary>
    /// <param name="confidence">Shape [height, width]: 255 times a probability.</param>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <returns>The file; its samples are 2, 6, ... 254, at most <see cref="MaxError"/> from the ones given.</returns>
    /// <exception cref="ArgumentException">The size does not fit the samples.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> confidence, int width, int height)
    {
        IdPlane.CheckSize(confidence.Length, width, height);
        using var png = new PngWriter(width, height, PngColor.Grey, [], Effort);
        var row = new byte[width];
        for (var y = 0; y < height; y++)
        {
            Quantise(confidence.Slice(y * width, width), row);
            png.Row(row);
        }

        return png.Finish();
    }

    private static void Quantise(ReadOnlySpan<byte> from, Span<byte> to)
    {
        var (step, middle) = (new Vector<byte>(0xFC), new Vector<byte>(2));
        var i = 0;
        for (; i + Vector<byte>.Count <= from.Length; i += Vector<byte>.Count)
            ((new Vector<byte>(from[i..]) & step) | middle).CopyTo(to[i..]);
        for (; i < from.Length; i++)
            to[i] = (byte)((from[i] & 0xFC) | 2);
    }
}
