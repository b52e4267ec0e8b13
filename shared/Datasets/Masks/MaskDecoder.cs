using System.Buffers.Binary;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Masks;

/// <summary>Decodes a mask's file to values. Unlike a photo no colour is converted: a profile or gamma in the file would shift every
/// label.</summary>
internal static class MaskDecoder
{
    /// <exception cref="RoadSegException">As <see cref="ImageProbe.Read"/> and <see cref="MaskPng.Decode"/>; image-format-unsupported where
    /// the file's form cannot hold what the encoding says.</exception>
    public static MaskValues Decode(byte[] file, MaskEncoding encoding, ImageLimits limits)
    {
        // Palette and grey PNGs by our own reader: libvips expands palettes, and the indices would be lost.
        return IsIndexedPng(file, out var depth)
            ? FromIndexed(MaskPng.Decode(file, limits), encoding, depth)
            : FromPixels(file, encoding, limits);
    }

    /// <summary>Size and RGB of a picture whose colours are numbers: 0xRRGGBB each.</summary>
    public static MaskValues DecodeColors(byte[] file, ImageLimits limits) => FromPixels(file, MaskEncoding.Color, limits);

    /// <summary>A picture of one region, as tools keep it beside a box: of a palette or of greys what is not 0, of colours what is not
    /// black or, where there is transparency, not transparent.</summary>
    /// <returns>Shape [height, width]; 0 outside.</returns>
    /// <exception cref="RoadSegException">As <see cref="Decode"/>.</exception>
    public static (byte[] Inside, int Width, int Height) DecodeRegion(byte[] file, ImageLimits limits)
    {
        using var values = IsIndexedPng(file, out _) ? Decode(file, MaskEncoding.Id, limits) : FromPixels(file, MaskEncoding.Color, limits);
        var alpha = !IsIndexedPng(file, out _) && ImageProbe.Read(file, limits).HasAlpha;
        var inside = new byte[values.Values.Length];
        for (var i = 0; i < inside.Length; i++)
            inside[i] = (alpha ? values.Values[i] != MaskValues.Transparent : values.Values[i] != 0) ? (byte)1 : (byte)0;
        return (inside, values.Width, values.Height);
    }

    private static bool IsIndexedPng(ReadOnlySpan<byte> file, out int depth)
    {
        depth = 0;
        if (file.Length < 26 || !file.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']))
            return false;
        depth = file[24];
        return file[25] is 0 or 3 && depth <= 8;
    }

    private static MaskValues FromIndexed(IndexedImage image, MaskEncoding encoding, int depth)
    {
        var mask = new MaskValues(image.Width, image.Height, lossy: false);
        var keys = new int[256];
        for (var i = 0; i < keys.Length; i++)
        {
            var grey = (byte)(i * 255 / ((1 << depth) - 1));
            keys[i] =
                encoding == MaskEncoding.Id ? i
                : image.Palette is { } palette
                    ? i < palette.Length ? LabelMap.Pack(palette[i])
                        : 0
                : LabelMap.Pack(new(grey, grey, grey));
        }

        var values = mask.Values;
        for (var i = 0; i < image.Ids.Length; i++)
            values[i] = keys[image.Ids[i]];
        return mask;
    }

    private static MaskValues FromPixels(byte[] file, MaskEncoding encoding, ImageLimits limits)
    {
        var header = ImageProbe.Read(file, limits);
        if (header.BitsPerChannel != 8 || header.ColorModel == ColorModel.Cmyk)
            throw Unsupported($"holds {header.BitsPerChannel} bits a channel of {header.ColorModel}; 8-bit ids or colours are read");
        if (encoding == MaskEncoding.Id && header.ColorModel != ColorModel.Grey)
            throw Unsupported("holds colours, but the labels are ids. Set labels.encoding to \"color\" and map the colours");
        var mask = new MaskValues(header.Width, header.Height, IsLossy(file, header.Format));
        try
        {
            return Photo.Use(file, header.Format, photo =>
            {
                if (photo.Depth != 8 || photo.Bands != header.Bands)
                    throw Unsupported("holds samples of a form that is not read");
                var at = 0;
                photo.ReadStored(rows => at = Take(rows, header, encoding, mask, at));
                return mask;
            });
        }
        catch
        {
            mask.Dispose();
            throw;
        }
    }

    private static int Take(ReadOnlySpan<byte> rows, ImageHeader header, MaskEncoding encoding, MaskValues mask, int at)
    {
        var values = mask.Values;
        var bands = header.Bands;
        for (var i = 0; i < rows.Length; i += bands)
        {
            var key =
                header.ColorModel == ColorModel.Rgb ? (rows[i] << 16) | (rows[i + 1] << 8) | rows[i + 2]
                : encoding == MaskEncoding.Id ? rows[i]
                : rows[i] * 0x010101;
            values[at++] = header.HasAlpha && rows[i + bands - 1] != 255 ? MaskValues.Transparent : key;
        }

        return at;
    }

    // A WebP with a VP8 chunk is lossy, with VP8L it is not; after VP8X the picture's chunk follows.
    private static bool IsLossy(ReadOnlySpan<byte> file, ImageFormat format) =>
        format is ImageFormat.Jpeg or ImageFormat.Avif or ImageFormat.Heic || (format == ImageFormat.WebP && WebPIsLossy(file));

    private static bool WebPIsLossy(ReadOnlySpan<byte> file)
    {
        for (var at = 12; at + 8 <= file.Length; )
        {
            var type = file.Slice(at, 4);
            if (type.SequenceEqual("VP8 "u8))
                return true;
            if (type.SequenceEqual("VP8L"u8))
                return false;
            at += 8 + (int)Math.Min((BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]) + 1) & ~1u, (uint)file.Length);
        }

        return true;
    }

    private static RoadSegException Unsupported(string what) => new(ErrorCodes.ImageFormatUnsupported, $"The mask {what}.");
}
