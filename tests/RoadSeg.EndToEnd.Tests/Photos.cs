using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Photos, good and bad, as bytes.</summary>
internal static class Photos
{
    static Photos() => VipsLibrary.Initialize();

    public static byte[] Street { get; } = File.ReadAllBytes(Workspace.SamplePhoto);

    public static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(Workspace.Root, "tests", "fixtures", name));

    public static RgbImage Upright() => Decode(Fixture("upright.png"));

    public static RgbImage Decode(byte[] file) => ImageDecoder.Decode(file, ImageProbe.Read(file, new ImageLimits()));

    /// <summary>A JPEG whose stored pixels an EXIF orientation (1-8) brings upright.</summary>
    public static byte[] Oriented(RgbImage upright, int orientation)
    {
        var sideways = orientation >= 5;
        var (width, height) = sideways ? (upright.Height, upright.Width) : (upright.Width, upright.Height);
        var pixels = new byte[upright.Pixels.Length];
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
                upright.Pixels.AsSpan((y * upright.Width + x) * 3, 3).CopyTo(pixels.AsSpan((storedY * width + storedX) * 3));
            }
        }

        return WithOrientation(PhotoEncoder.Jpeg(new RgbImage(width, height, pixels), 97), orientation);
    }

    /// <summary>A PNG of nothing but a header that states these sides.</summary>
    public static byte[] PngHeader(int width, int height)
    {
        byte[] header = [(byte)'I', (byte)'H', (byte)'D', (byte)'R', .. BigEndian(width), .. BigEndian(height), 8, 2, 0, 0, 0];
        byte[] end = [(byte)'I', (byte)'E', (byte)'N', (byte)'D'];
        return [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, .. Chunk(header), .. Chunk([(byte)'I', (byte)'D', (byte)'A', (byte)'T']), .. Chunk(end)];
    }

    private static byte[] WithOrientation(byte[] jpeg, int orientation)
    {
        byte[] tiff = [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];
        byte[] exif = [.. "Exif\0\0"u8, .. tiff];
        return [0xFF, 0xD8, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, .. jpeg.AsSpan(2)];
    }

    private static byte[] Chunk(byte[] typeAndData) =>
        [.. BigEndian(typeAndData.Length - 4), .. typeAndData, .. BigEndian((int)System.IO.Hashing.Crc32.HashToUInt32(typeAndData))];

    private static byte[] BigEndian(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
