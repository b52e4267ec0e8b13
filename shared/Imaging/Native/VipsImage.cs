namespace RoadSeg.Imaging.Native;

/// <summary>A native image: usually a recipe whose pixels are made when rows are read.</summary>
internal sealed unsafe class VipsImage(nint owned) : GObjectHandle(owned)
{
    // Rows are fetched in strips of about this many bytes: enough to spread the cost of a call, small beside a photo.
    private const int StripBytes = 512 * 1024;

    public int Width => Vips.Width(this);

    public int Height => Vips.Height(this);

    public int Bands => Vips.Bands(this);

    public int BandFormat => Vips.BandFormat(this);

    public int Interpretation => Vips.Interpretation(this);

    public bool HasAlpha => Vips.HasAlpha(this);

    /// <summary>Gives every row once, top to bottom, in strips. Works on images opened for sequential access.</summary>
    /// <param name="sink">Called on this thread with consecutive rows without padding; the span dies with the call.</param>
    public void ReadRows(RowSink sink)
    {
        int width = Width, height = Height;
        var rowBytes = checked(width * Bands);
        var strip = Math.Clamp(StripBytes / rowBytes, 1, 256);
        using var region = Vips.NewRegion(this);
        for (var top = 0; top < height; top += strip)
        {
            var rows = Math.Min(strip, height - top);
            var memory = Vips.FetchRows(region, top, width, rows, out var length);
            try
            {
                if (length != (nuint)rowBytes * (nuint)rows)
                    throw new VipsException("vips_region_fetch", $"gave {length} bytes for {rows} rows of {rowBytes}");
                sink(new ReadOnlySpan<byte>((void*)memory, (int)length));
            }
            finally
            {
                Vips.Free(memory);
            }
        }
    }
}

/// <summary>Takes consecutive rows of 8-bit pixels.</summary>
internal delegate void RowSink(ReadOnlySpan<byte> rows);
