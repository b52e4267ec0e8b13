using System.Buffers.Binary;
using System.IO.Compression;

namespace RoadSeg.Trainer.Data;

/// <summary>Reads 8-bit, non-interlaced PNG files: grey, palette (as indices) and RGB.</summary>
internal static class Png
{
    /// <returns>Channels is 1 or 3; pixels are [Height, Width, Channels].</returns>
    public static (int Width, int Height, int Channels, byte[] Pixels) Read(string path)
    {
        var file = File.ReadAllBytes(path);
        if (file.Length < 45 || !file.AsSpan(0, 8).SequenceEqual("\x89PNG\r\n\x1a\n"u8.ToArray().AsSpan()) && BinaryPrimitives.ReadUInt64BigEndian(file) != 0x89504E470D0A1A0A)
            throw new TrainerException($"{Path.GetFileName(path)} is no PNG file.");
        var width = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(16));
        var height = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(20));
        var (depth, colour, interlace) = (file[24], file[25], file[28]);
        Check.That(depth == 8 && interlace == 0 && colour is 0 or 2 or 3, $"{Path.GetFileName(path)}: only 8-bit grey, palette and RGB PNG files are read.");
        Check.That(width is > 0 and <= 16384 && height is > 0 and <= 16384, $"{Path.GetFileName(path)} is {width}x{height}.");
        var channels = colour == 2 ? 3 : 1;
        using var data = new MemoryStream();
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            Check.That(length >= 0 && length <= file.Length - at - 12, $"{Path.GetFileName(path)} is cut short.");
            if (file.AsSpan(at + 4, 4).SequenceEqual("IDAT"u8))
                data.Write(file, at + 8, length);
            at += length + 12;
        }

        data.Position = 0;
        var stride = width * channels;
        var rows = new byte[(stride + 1) * height];
        using (var inflate = new ZLibStream(data, CompressionMode.Decompress))
        {
            try
            {
                inflate.ReadExactly(rows);
            }
            catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
            {
                throw new TrainerException($"{Path.GetFileName(path)} is cut short or broken.", e);
            }
        }

        var pixels = new byte[stride * height];
        for (var y = 0; y < height; y++)
            Unfilter(rows.AsSpan(y * (stride + 1), stride + 1), y == 0 ? default : pixels.AsSpan((y - 1) * stride, stride), pixels.AsSpan(y * stride, stride), channels);
        return (width, height, channels, pixels);
    }

    private static void Unfilter(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> output, int bpp)
    {
        var filter = row[0];
        for (var i = 0; i < output.Length; i++)
        {
            int left = i >= bpp ? output[i - bpp] : 0, up = above.IsEmpty ? 0 : above[i], corner = i >= bpp && !above.IsEmpty ? above[i - bpp] : 0;
            var predicted = filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
            output[i] = (byte)(row[i + 1] + predicted);
        }
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
