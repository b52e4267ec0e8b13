using System.Runtime.InteropServices;
using NetVips;
using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>A caller's file, opened by libvips: the header is read, pixels are made from top to bottom as rows are asked for, on the calling
/// thread. Owns every native object that is made for the file and the pin that keeps its bytes where libvips reads them.</summary>
internal sealed class Photo : IDisposable
{
    private readonly Source source;
    private readonly Image image;

    private Photo(Source source, Image image) => (this.source, this.image) = (source, image);

    /// <summary>Width as stored, in pixels.</summary>
    public int Width => image.Width;

    /// <summary>Height as stored, in pixels.</summary>
    public int Height => image.Height;

    /// <summary>Channels as stored, alpha included.</summary>
    public int Bands => image.Bands;

    /// <summary>Bits of one channel as decoded: 8, 16, or 0 for another form.</summary>
    public int Depth => image.Format switch { Enums.BandFormat.Uchar => 8, Enums.BandFormat.Ushort => 16, _ => 0 };

    /// <summary>True when the last channel is transparency.</summary>
    public bool HasAlpha => image.HasAlpha();

    /// <summary>EXIF orientation 1-8; 1 when there is none or it makes no sense.</summary>
    public int Orientation => Field("orientation", 1) is >= 1 and <= 8 and var known ? known : 1;

    /// <summary>Meaning of the channels besides alpha, null for one that is not read.</summary>
    public ColorModel? ColorModel
    {
        get
        {
            // What a file does not say is taken from the number of channels, as libvips does when it converts colours.
            var meaning = image.Interpretation;
            if (meaning == Enums.Interpretation.Multiband)
                meaning = Bands < 3 ? Enums.Interpretation.Bw : Bands < 5 ? Enums.Interpretation.Srgb : meaning;
            return (meaning, Bands - (HasAlpha ? 1 : 0)) switch
            {
                (Enums.Interpretation.Bw or Enums.Interpretation.Grey16, 1) => Imaging.ColorModel.Grey,
                (Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16, 3) => Imaging.ColorModel.Rgb,
                (Enums.Interpretation.Cmyk, 4) => Imaging.ColorModel.Cmyk,
                _ => null,
            };
        }
    }

    /// <summary>Opens a file, works on it and closes it. A native failure means that the file is broken.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="format">Names the loader; libvips does not choose.</param>
    /// <param name="work">Must not keep the photo.</param>
    /// <param name="shrink">1, 2, 4 or 8: JPEG only, decodes at 1/shrink of the size, rounded down.</param>
    /// <exception cref="RoadSegException">image-corrupt.</exception>
    public static T Use<T>(ReadOnlyMemory<byte> file, ImageFormat format, Func<Photo, T> work, int shrink = 1)
    {
        _ = VipsLibrary.Version;
        try
        {
            using var photo = Open(file, format, shrink);
            return work(photo);
        }
        catch (VipsException e)
        {
            var name = format is ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();
            throw new RoadSegException(
                ErrorCodes.ImageCorrupt,
                $"The {name} file cannot be decoded: it is damaged or cut short. Send the original file again.",
                e);
        }
    }

    /// <exception cref="VipsException">No such picture. Its text is for logs: libvips shares one error buffer among all threads, so nothing
    /// may be decided by it.</exception>
    public static Photo Open(ReadOnlyMemory<byte> file, ImageFormat format, int shrink = 1)
    {
        // libvips reads from the pinned array and copies nothing; only a part of a larger array has to be copied.
        var whole = MemoryMarshal.TryGetArray(file, out var part) && part.Count == part.Array!.Length ? part.Array : file.ToArray();
        var source = Source.NewFromMemory(whole);
        try
        {
            const Enums.Access access = Enums.Access.Sequential;
            const Enums.FailOn failOn = Enums.FailOn.Error;
            return new Photo(source, format switch
            {
                ImageFormat.Jpeg => Image.JpegloadSource(source, shrink: shrink, access: access, failOn: failOn),
                ImageFormat.Png => Image.PngloadSource(source, access: access, failOn: failOn),
                ImageFormat.WebP => Image.WebploadSource(source, access: access, failOn: failOn),
                ImageFormat.Tiff => Image.TiffloadSource(source, access: access, failOn: failOn),
                _ => Image.HeifloadSource(source, access: access, failOn: failOn),
            });
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>An integer of the header, or a default where there is none.</summary>
    public int Field(string name, int otherwise) => image.Contains(name) && image.Get(name) is int value ? value : otherwise;

    /// <summary>Gives every row once, top to bottom, as stored: no colour is converted.</summary>
    public void ReadStored(RowSink sink) => StripReader.Read(image, sink);

    /// <summary>Gives every row once, top to bottom, in three channels of 8-bit sRGB.</summary>
    public void ReadSrgb(RowSink sink)
    {
        using var srgb = ColorConversion.ToSrgb(image);
        StripReader.Read(srgb, sink);
    }

    public void Dispose()
    {
        image.Dispose();
        source.Dispose();
    }
}
