using System.Buffers.Binary;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Small copies that a container carries beside the photo are passed over; other pictures are not.</summary>
public sealed class ThumbnailTests
{
    private static readonly RgbImage Picture = Pictures.Smooth(64, 48);

    [Fact]
    public void A_thumbnail_in_Exif_is_not_the_photo()
    {
        var thumbnail = PhotoEncoder.Jpeg(Pictures.Smooth(16, 12));
        var photo = PhotoEncoder.Jpeg(Picture);

        // Two directories: the photo's with its orientation, the thumbnail's with where it lies (CIPA DC-008, 4.5.5).
        byte[] exif =
        [
            .. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 26, 0, 0, 0,
            2, 0, 1, 2, 4, 0, 1, 0, 0, 0, 56, 0, 0, 0, 2, 2, 4, 0, 1, 0, 0, 0, .. Little(thumbnail.Length), 0, 0, 0, 0,
            .. thumbnail,
        ];
        byte[] body = [.. "Exif\0\0"u8, .. exif];
        byte[] file = [.. photo[..2], 0xFF, 0xE1, (byte)((body.Length + 2) >> 8), (byte)(body.Length + 2), .. body, .. photo[2..^2]];

        var header = ImageProbe.Read(file, ImageLimits.Default);
        Assert.Equal((64, 48, 6, 1), (header.Width, header.Height, header.Orientation, header.Frames));
        Assert.Equal((48, 64), (ImageDecoder.Decode(file, header).Width, ImageDecoder.Decode(file, header).Height));
    }

    [Fact]
    public void A_thumbnail_of_an_avif_is_no_frame_and_a_second_picture_is_one()
    {
        var header = ImageProbe.Read(Avif(thumbnail: true), ImageLimits.Default);
        Assert.Equal((16, 16, 1), (header.Width, header.Height, header.Frames));
        Assert.All(ImageDecoder.Decode(Avif(thumbnail: true), header).Pixels, sample => Assert.InRange(sample, 126, 130));

        var error = Assert.Throws<RoadSegException>(() => ImageProbe.Read(Avif(thumbnail: false), ImageLimits.Default));
        Assert.Equal(ErrorCodes.ImageAnimated, error.Code);
    }

    // ISO/IEC 23008-12: two items of the same coded picture; a reference of kind thmb makes the second a thumbnail of the first.
    private static byte[] Avif(bool thumbnail)
    {
        var sample = Convert.FromBase64String(HeifSupport.AvifSample);
        byte[] properties = Find(sample, "ipco"), coded = Find(sample, "mdat");
        byte[] ftyp = sample[..BinaryPrimitives.ReadInt32BigEndian(sample)];
        return [.. ftyp, .. Meta(ftyp.Length + Meta(0).Length + 8), .. Box("mdat", coded)];

        byte[] Meta(int data) => Box(
            "meta",
            [
                0, 0, 0, 0, .. Box("hdlr", [.. new byte[8], .. "pict"u8, .. new byte[13]]), .. Box("pitm", [0, 0, 0, 0, 0, 1]),
                .. Box("iloc", [0, 0, 0, 0, 0x44, 0, 0, 2, .. Place(1, data), .. Place(2, data)]),
                .. Box("iinf", [0, 0, 0, 0, 0, 2, .. Item(1), .. Item(2)]),
                .. thumbnail ? Box("iref", [0, 0, 0, 0, .. Box("thmb", [0, 2, 0, 1, 0, 1])]) : [],
                .. Box("iprp", [.. Box("ipco", properties), .. Box("ipma", [0, 0, 0, 0, 0, 0, 0, 2, .. Uses(1), .. Uses(2)])]),
            ]);

        byte[] Place(byte item, int data) => [0, item, 0, 0, 0, 1, .. Big(data), .. Big(coded.Length)];
    }

    private static byte[] Item(byte item) => Box("infe", [2, 0, 0, 0, 0, item, 0, 0, .. "av01"u8, 0]);

    private static byte[] Uses(byte item) => [0, item, 4, 0x81, 0x82, 3, 0x84];

    private static byte[] Box(string type, byte[] content) =>
        [.. Big(content.Length + 8), .. System.Text.Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] Find(byte[] file, string type)
    {
        var at = file.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(type));
        return file[(at + 4)..(at - 4 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at - 4)))];
    }

    private static byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Little(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
