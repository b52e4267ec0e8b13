using NetVips;
using RoadSeg.Imaging;

namespace RoadSeg.Tests;

/// <summary>Photos, good and bad, as bytes.</summary>
public static class Photos
{
    static Photos() => VipsLibrary.Initialize(Environment.GetEnvironmentVariable("ROADSEG_VIPS"));

    public static byte[] Street { get; } = System.IO.File.ReadAllBytes(Checkout.File("samples/street.jpg"));

    public static byte[] Fixture(string name) => System.IO.File.ReadAllBytes(Checkout.File($"tests/fixtures/{name}"));

    public static RgbImage Upright() => Decode(Fixture("upright.png"));

    public static RgbImage Decode(byte[] file) => ImageDecoder.Decode(file, ImageProbe.Read(file, new ImageLimits()));

    /// <summary>A JPEG whose stored pixels an EXIF orientation (1-8) brings upright.</summary>
    public static byte[] Oriented(RgbImage upright, int orientation) => WithOrientation(PhotoEncoder.Jpeg(Stored(upright, orientation), 97), orientation);

    /// <summary>Stored pixels as a file of that format, as good as its encoder can, with an EXIF orientation.</summary>
    public static byte[] File(RgbImage stored, string format, int orientation) => format switch
    {
        "jpeg" => WithOrientation(PhotoEncoder.Jpeg(stored, 100), orientation),
        "png" => PngWithOrientation(PhotoEncoder.Png(stored), orientation),
        _ => WebPWithOrientation(PhotoEncoder.WebP(stored, 100, 4), stored, orientation),
    };

    /// <summary>How a camera stores an upright picture under an EXIF orientation.</summary>
    public static RgbImage Stored(RgbImage upright, int orientation) => Turned(upright, orientation, store: true);

    /// <summary>What people see of stored pixels under an EXIF orientation.</summary>
    public static RgbImage Seen(RgbImage stored, int orientation) => Turned(stored, orientation, store: false);

    private static RgbImage Turned(RgbImage from, int orientation, bool store)
    {
        var (width, height) = orientation >= 5 ? (from.Height, from.Width) : (from.Width, from.Height);
        var to = new RgbImage(width, height, new byte[from.Pixels.Length]);
        var (upright, stored) = store ? (from, to) : (to, from);
        for (var y = 0; y < upright.Height; y++)
        {
            for (var x = 0; x < upright.Width; x++)
            {
                var (r, b) = (upright.Width - 1 - x, upright.Height - 1 - y);

                // Where the pixel at (x, y) of the upright picture is stored (EXIF 2.32, tag 274).
                var (storedX, storedY) = orientation switch
                {
                    1 => (x, y), 2 => (r, y), 3 => (r, b), 4 => (x, b),
                    5 => (y, x), 6 => (y, r), 7 => (b, r), _ => (b, x),
                };
                var seen = upright.Pixels.AsSpan(((y * upright.Width) + x) * 3, 3);
                var kept = stored.Pixels.AsSpan(((storedY * stored.Width) + storedX) * 3, 3);
                if (store)
                    seen.CopyTo(kept);
                else
                    kept.CopyTo(seen);
            }
        }

        return to;
    }

    /// <summary>A small file that is a large picture: black, in 16 bits, interlaced, so that a reader must hold all of it.</summary>
    public static byte[] Interlaced(int side)
    {
        using var black = Image.Black(side, side, 4);
        using var deep = black.Cast(Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);
        return deep.PngsaveBuffer(compression: 9, interlace: true);
    }

    /// <summary>A PNG of nothing but a header that states these sides.</summary>
    public static byte[] PngHeader(int width, int height)
    {
        byte[] header = [(byte)'I', (byte)'H', (byte)'D', (byte)'R', .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0];
        byte[] end = [(byte)'I', (byte)'E', (byte)'N', (byte)'D'];
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk(header), .. Chunk([(byte)'I', (byte)'D', (byte)'A', (byte)'T']), .. Chunk(end)];
    }

    private static byte[] WithOrientation(byte[] jpeg, int orientation) => JpegWithExif(jpeg, Exif(orientation));

    /// <summary>A JPEG with an Exif block before all that it has.</summary>
    public static byte[] JpegWithExif(byte[] jpeg, byte[] block)
    {
        byte[] exif = [.. "Exif\0\0"u8, .. block];
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. jpeg.AsSpan(2)];
    }

    // Before the picture data; PNG 3rd edition, 11.3.4.5.
    private static byte[] PngWithOrientation(byte[] png, int orientation) => PngWithExif(png, Exif(orientation));

    /// <summary>A PNG with an Exif block.</summary>
    public static byte[] PngWithExif(byte[] png, byte[] block)
    {
        const int afterHeader = 8 + 25;
        return [.. png[..afterHeader], .. Chunk([.. "eXIf"u8, .. block]), .. png[afterHeader..]];
    }

    // The extended form (RFC 9649, 2.7) around a plain picture, with the flag that says EXIF follows.
    private static byte[] WebPWithOrientation(byte[] webp, RgbImage stored, int orientation) => WebPWithExif(webp, stored, Exif(orientation));

    /// <summary>A plain WebP of this picture with an Exif block of an even number of bytes.</summary>
    public static byte[] WebPWithExif(byte[] webp, RgbImage stored, byte[] exif)
    {
        byte[] extended = [8, 0, 0, 0, .. LittleEndian(stored.Width - 1)[..3], .. LittleEndian(stored.Height - 1)[..3]];
        byte[] chunks = [.. "WEBP"u8, .. "VP8X"u8, .. LittleEndian(extended.Length), .. extended, .. webp[12..], .. "EXIF"u8, .. LittleEndian(exif.Length), .. exif];
        return [.. "RIFF"u8, .. LittleEndian(chunks.Length), .. chunks];
    }

    private static byte[] Exif(int orientation) =>
        [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] LittleEndian(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];

    private static byte[] Chunk(byte[] typeAndData) =>
        [.. BigEndian(typeAndData.Length - 4), .. typeAndData, .. BigEndian((int)System.IO.Hashing.Crc32.HashToUInt32(typeAndData))];

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
