using System.Runtime.InteropServices;
using NetVips;

namespace RoadSeg.Imaging;

/// <summary>Takes consecutive rows of 8-bit pixels, without padding; the span dies with the call.</summary>
internal delegate void RowSink(ReadOnlySpan<byte> rows);

/// <summary>Hands out an image's rows from native memory. Our own two imports, because NetVips's Region.Fetch gives each strip as a new
/// array: a photo then passes through the managed heap in whole, which the peak of a process shows (docs/decisions/0019).</summary>
internal static unsafe partial class StripReader
{
    /// <summary>Name of the imports; <see cref="VipsLibrary"/> resolves it to the library that NetVips uses.</summary>
    internal const string Library = "libvips";

    // Enough to spread the cost of a call, small beside a photo.
    private const int StripBytes = 512 * 1024;

    /// <summary>Gives every row once, top to bottom. Works on images opened for sequential access, on the calling thread.</summary>
    /// <exception cref="VipsException">The pixels cannot be made.</exception>
    public static void Read(Image image, RowSink sink)
    {
        int width = image.Width,
            height = image.Height;
        var rowBytes = checked(width * image.Bands);
        var strip = Math.Clamp(StripBytes / rowBytes, 1, 256);
        using var region = Region.New(image);
        for (var top = 0; top < height; top += strip)
        {
            var rows = Math.Min(strip, height - top);
            var memory = vips_region_fetch(region, 0, top, width, rows, out var length);
            if (memory == 0)
                throw new VipsException("unable to fetch from region");
            try
            {
                if (length != (nuint)rowBytes * (nuint)rows)
                    throw new VipsException($"{length} bytes came for {rows} rows of {rowBytes}");
                sink(new ReadOnlySpan<byte>((void*)memory, (int)length));
            }
            finally
            {
                g_free(memory);
            }
        }
    }

    [LibraryImport(Library)]
    private static partial nint vips_region_fetch(Region region, int left, int top, int width, int height, out nuint length);

    [LibraryImport(Library)]
    private static partial void g_free(nint memory);
}
