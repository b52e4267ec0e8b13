using System.Buffers;

namespace RoadSeg.Imaging.Native;

/// <summary>A file in memory, pinned for libvips. libvips reads it lazily and does not copy it: dispose this after every
/// image that was opened from it, which <c>using</c> in order of declaration does.</summary>
internal sealed unsafe class PinnedFile : IDisposable
{
    private readonly BlobHandle blob;
    private MemoryHandle pin;

    public PinnedFile(ReadOnlyMemory<byte> file)
    {
        pin = file.Pin();
        try
        {
            blob = Vips.Wrap(pin.Pointer, (nuint)file.Length);
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    /// <summary>Opens the picture: reads the header, prepares decoding from top to bottom.</summary>
    /// <param name="format">Names the loader; libvips does not choose.</param>
    /// <param name="shrink">1, 2, 4 or 8: JPEG only, decodes at 1/shrink of the size, rounded up.</param>
    public VipsImage Open(ImageFormat format, int shrink = 1)
    {
        using var operation = new VipsOperation(format switch
        {
            ImageFormat.Jpeg => "jpegload_buffer",
            ImageFormat.Png => "pngload_buffer",
            ImageFormat.WebP => "webpload_buffer",
            ImageFormat.Tiff => "tiffload_buffer",
            _ => "heifload_buffer",
        });
        operation.Set("buffer", blob).Set("access", VipsAccess.Sequential).Set("fail_on", VipsFailOn.Error);
        if (shrink > 1)
            operation.Set("shrink", shrink);
        return operation.Image();
    }

    public void Dispose()
    {
        blob.Dispose();
        pin.Dispose();
    }
}
