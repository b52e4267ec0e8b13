using System.Buffers;

namespace RoadSeg.Imaging.Native;

/// <summary>8-bit pixels in managed memory as a native image, without a copy: dispose this after every image that was
/// made from it.</summary>
internal sealed unsafe class PinnedPixels : IDisposable
{
    private MemoryHandle pin;

    /// <param name="pixels">Shape [height, width, bands].</param>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="bands">Channels: 1 is grey, 3 is sRGB.</param>
    public PinnedPixels(byte[] pixels, int width, int height, int bands)
    {
        pin = pixels.AsMemory().Pin();
        try
        {
            using var memory = Vips.FromMemory((byte*)pin.Pointer, (nuint)pixels.Length, width, height, bands);
            using var copy = new VipsOperation("copy").Set("in", memory);
            Image = copy.Set("interpretation", bands == 1 ? VipsInterpretation.BW : VipsInterpretation.Srgb).Image();
        }
        catch
        {
            pin.Dispose();
            throw;
        }
    }

    public VipsImage Image { get; }

    public void Dispose()
    {
        Image.Dispose();
        pin.Dispose();
    }
}
