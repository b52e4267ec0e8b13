using NetVips;
using RoadSeg.Capture;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Photos without what their files say beside the picture.</summary>
public sealed class PlainPhotoTests
{
    private static readonly byte[] Secret = [.. "http://ns.adobe.com/xap/1.0/\0<exif:GPSLatitude>33,51.521S</exif:GPSLatitude>"u8];

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void A_JPEG_keeps_its_pixels_its_colour_profile_and_how_it_is_turned_and_nothing_else(int orientation)
    {
        var upright = Photos.Upright();
        using var pixels = Image.NewFromMemory(upright.Pixels, upright.Width, upright.Height, 3, Enums.BandFormat.Uchar);
        using var picture = pixels.Copy(interpretation: Enums.Interpretation.Srgb);
        var profiled = picture.JpegsaveBuffer(profile: "srgb");
        byte[] film = [.. "ftypmp42 and where it was taken"u8];
        byte[] photo = [.. Photos.JpegWithExif(Segment(Segment(profiled, 0xE1, Secret), 0xFE, "a word"u8.ToArray()), ExifBlock.Sydney().Raw(ExifBlock.Ifd0, 0x0112, 3, 1, [(byte)orientation, 0]).ToArray()), .. film];
        var header = ImageProbe.Read(photo, new ImageLimits());
        Assert.NotNull(CaptureReader.Read(photo, ImageFormat.Jpeg)!.Position);

        var (plain, format) = PlainPhoto.Of(photo, header);

        Assert.Equal("jpeg", format);
        Assert.Null(CaptureReader.Read(plain, ImageFormat.Jpeg));
        foreach (var word in (string[])["GPS", "Canon", "a word", "ftyp", "ns.adobe.com"])
            Assert.Equal(-1, plain.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(word)));
        Assert.NotEqual(-1, plain.AsSpan().IndexOf("ICC_PROFILE\0"u8));
        var read = ImageProbe.Read(plain, new ImageLimits());
        Assert.Equal((orientation, header.Width, header.Height), (read.Orientation, read.Width, read.Height));
        Assert.Equal(Photos.Decode(photo).Pixels, Photos.Decode(plain).Pixels);
        Assert.Equal(plain, PlainPhoto.Of(plain, read).File);
    }

    [Fact]
    public void Any_other_format_becomes_an_upright_PNG_of_the_same_pixels()
    {
        var stored = Photos.Upright();
        var photo = Photos.PngWithExif(PhotoEncoder.Png(stored), ExifBlock.Sydney().Raw(ExifBlock.Ifd0, 0x0112, 3, 1, [6, 0]).ToArray());

        var (plain, format) = PlainPhoto.Of(photo, ImageProbe.Read(photo, new ImageLimits()));

        Assert.Equal("png", format);
        Assert.Null(CaptureReader.Read(plain, ImageFormat.Png));
        Assert.Equal((1, stored.Height), ImageProbe.Read(plain, new ImageLimits()) is var read ? (read.Orientation, read.Width) : default);
        Assert.Equal(Photos.Decode(photo).Pixels, Photos.Decode(plain).Pixels);
    }

    [Fact]
    public void A_JPEG_that_is_cut_stays_as_short()
    {
        var photo = Photos.JpegWithExif(Photos.Street, ExifBlock.Sydney().ToArray());
        var header = ImageProbe.Read(photo, new ImageLimits());

        for (var length = 4; length < 2000; length += 7)
            Assert.True(PlainPhoto.Of(photo.AsMemory(0, length), header).File.Length <= length);
    }

    private static byte[] Segment(byte[] jpeg, byte marker, byte[] content) =>
        [0xFF, 0xD8, 0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content, .. jpeg.AsSpan(2)];
}
