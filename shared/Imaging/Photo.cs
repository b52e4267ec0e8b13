using System.Runtime.InteropServices;
using NetVips;
using RoadSeg.Errors;

namespace RoadSeg.Imaging;

/// <summary>A caller's file, opened by libvips: the header is read, pixels are made from top to bottom as rows are asked for, on the
/// calling thread. Owns every native object that is made for the file and the pin that keeps its bytes where libvips reads them.</summary>
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
    public int Depth =>
        image.Format switch
        {
            Enums.BandFormat.Uchar => 8,
            Enums.BandFormat.Ushort => 16,
            _ => 0,
        };

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
                meaning =
                    Bands < 3 ? Enums.Interpretation.Bw
                    : Bands < 5 ? Enums.Interpretation.Srgb
                    : meaning;
            return (meaning, Bands - (HasAlpha ? 1 : 0)) switch
            {
                (Enums.Interpretation.Bw or Enums.Interpretation.Grey16, 1) => Imaging.ColorModel.Grey,
                (Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16, 3) => Imaging.ColorModel.Rgb,
                (Enums.Interpretation.Cmyk, 4) => Imaging.ColorModel.Cmyk,
                _ => null,
            };
        }
    }

    /// <summary>Opens a file, works on it and closes it. A native failure means that the file is broken; a JPEG whose rows are all there is
    /// none, whatever the decoder says of it.</summary>
    /// <param name="file">The whole file. Not modified, not kept.</param>
    /// <param name="format">Names the loader; libvips does not choose.</param>
    /// <param name="work">Must not keep the photo. May be called a second time, which starts over.</param>
    /// <param name="shrink">1, 2, 4 or 8: JPEG only, decodes at 1/shrink of the size, rounded down.</param>
    /// <exception cref="RoadSegException">image-corrupt.</exception>
    public static T Use<T>(ReadOnlyMemory<byte> file, ImageFormat format, Func<Photo, T> work, int shrink = 1) => Guarded(format, () =>
        {
            var warnings = VipsLibrary.Warnings;
            T result;
            try
            {
                result = Once(file, format, work, shrink, Enums.FailOn.Error);
            }
            catch (VipsException) when (format == ImageFormat.Jpeg)
            {
                if (!JpegRows.AllIn(file))
                    throw;
                return Once(file, format, work, shrink, Enums.FailOn.None);
            }

            return
                format != ImageFormat.Jpeg || (VipsLibrary.Warnings == warnings && !JpegRows.Unwritten(file.Span)) || JpegRows.AllIn(file)
                ? result
                : throw new VipsException("rows are missing");
        });

    /// <summary>The same for work that looks at the header only: whether every row is there is not asked.</summary>
    public static T Header<T>(ReadOnlyMemory<byte> file, ImageFormat format, Func<Photo, T> work) =>
        Guarded(format, () => Once(file, format, work, 1, Enums.FailOn.Error));

    private static T Once<T>(ReadOnlyMemory<byte> file, ImageFormat format, Func<Photo, T> work, int shrink, Enums.FailOn failOn)
    {
        using var photo = Open(file, format, shrink, failOn);
        return work(photo);
    }

    private static T Guarded<T>(ImageFormat format, Func<T> work)
    {
        _ = VipsLibrary.Version;
        try
        {
            return work();
        }
        catch (VipsException e)
        {
            var name = format is ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();
            throw new RoadSegException(
                ErrorCodes.ImageCorrupt,
                $"The {name} file cannot be decoded: it is damaged or cut short. Send the original file again.",
                e
            );
        }
    }

    /// <exception cref="VipsException">No such picture. Its text is for logs: libvips shares one error buffer among all threads, so nothing
    /// may be decided by it.</exception>
    public static Photo Open(ReadOnlyMemory<byte> file, ImageFormat format, int shrink = 1, Enums.FailOn failOn = Enums.FailOn.Error)
    {
        // libvips reads from the pinned array and copies nothing; only a part of a larger array has to be copied.
        var whole = MemoryMarshal.TryGetArray(file, out var part) && part.Count == part.Array!.Length ? part.Array : file.ToArray();
        if (format == ImageFormat.WebP)
            whole = WebPEnd.Mended(whole);
        var source = Source.NewFromMemory(whole);
        try
        {
            const Enums.Access access = Enums.Access.Sequential;
            return new Photo(
                source,
                format switch
                {
                    // Without "unlimited" a hundred warnings are an error; there is no other limit that it lifts.
                    ImageFormat.Jpeg => Image.JpegloadSource(
                        source,
                        shrink: shrink,
                        access: access,
                        failOn: failOn,
                        unlimited: failOn == Enums.FailOn.None
                    ),
                    ImageFormat.Png => Image.PngloadSource(source, access: access, failOn: failOn),
                    ImageFormat.WebP => Image.WebploadSource(source, access: access, failOn: failOn),
                    ImageFormat.Tiff => OpenTiff(source, TiffPages.Of(whole), access, failOn),
                    _ => Image.HeifloadSource(source, access: access, failOn: failOn),
                }
            );
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static Image OpenTiff(Source source, TiffPages photo, Enums.Access access, Enums.FailOn failOn) =>
        Image.TiffloadSource(source, page: photo.Page, subifd: photo.SubDirectory, access: access, failOn: failOn);

    /// <summary>An integer of the header, or a default where there is none.</summary>
    public int Field(string name, int otherwise) => image.Contains(name) && image.Get(name) is int value ? value : otherwise;

    /// <summary>A part of the file beside the picture, as libvips names it; null where there is none.</summary>
    public byte[]? Blob(string name) => image.Contains(name) ? image.Get(name) as byte[] : null;

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
