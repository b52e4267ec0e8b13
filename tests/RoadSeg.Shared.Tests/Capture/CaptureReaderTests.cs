using RoadSeg.Capture;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Capture;

/// <summary>When, where and with what a photo was taken, of files as cameras write them.</summary>
public sealed class CaptureReaderTests
{
    private static readonly Captured Sydney = new(
        "2026-03-01T13:34:56.78", "+11:00", new CapturedPosition(-33.85868333, 151.21436667, 58.3), new CapturedDirection(271.5, CapturedNorth.True), new CapturedCamera("Canon", "EOS R6"));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_of_it_is_read_in_either_byte_order(bool bigEndian)
    {
        var photo = Photos.JpegWithExif(Photos.Street, ExifBlock.Sydney(bigEndian).ToArray());

        Assert.Equal(Sydney, CaptureReader.Read(photo, ImageFormat.Jpeg));
        Assert.Equal("2026-03-01T13:34:56.78+11:00", Sydney.Time);
    }

    [Fact]
    public void It_is_read_of_every_format_that_holds_it()
    {
        var (block, picture) = (ExifBlock.Sydney().ToArray(), Photos.Upright());
        var even = block.Length % 2 == 0 ? block : [.. block, 0];

        Assert.Equal(Sydney, CaptureReader.Read(Photos.PngWithExif(PhotoEncoder.Png(picture), block), ImageFormat.Png));
        Assert.Equal(Sydney, CaptureReader.Read(Photos.WebPWithExif(PhotoEncoder.WebP(picture), picture, even), ImageFormat.WebP));
        Assert.Equal(Sydney, CaptureReader.Read(block, ImageFormat.Tiff));
        Assert.Equal(Sydney, CaptureReader.Read(((byte[])[1, .. block]).AsMemory(1), ImageFormat.Tiff));
    }

    [Theory]
    [InlineData(ImageFormat.Jpeg)]
    [InlineData(ImageFormat.Png)]
    [InlineData(ImageFormat.Tiff)]
    public void A_photo_that_says_nothing_has_none(ImageFormat format)
    {
        var photo = format switch
        {
            ImageFormat.Jpeg => Photos.Fixture("grey.jpg"),
            ImageFormat.Png => Photos.Fixture("upright.png"),
            _ => Photos.Fixture("photo.tif"),
        };

        Assert.Null(CaptureReader.Read(photo, format));
    }

    [Fact]
    public void Without_location_time_and_camera_are_left() =>
        Assert.Equal(Sydney with { Position = null, Direction = null }, CaptureReader.Read(ExifBlock.Sydney().ToArray(), ImageFormat.Tiff, location: false));

    [Theory]
    [InlineData("N", "E", 48.5, 11.25)]
    [InlineData("S", "E", -48.5, 11.25)]
    [InlineData("N", "W", 48.5, -11.25)]
    [InlineData("s", "w", -48.5, -11.25)]
    public void South_and_west_are_negative(string south, string west, double latitude, double longitude) =>
        Assert.Equal(new CapturedPosition(latitude, longitude, null), Position(new ExifBlock().Place(south, (48, 1), (30, 1), (0, 1), west, (11, 1), (15, 1), (0, 1))));

    [Fact]
    public void Minutes_or_degrees_may_have_the_fraction()
    {
        var place = new CapturedPosition(48.50833333, -11.25416667, null);

        Assert.Equal(place, Position(new ExifBlock().Place("N", (48, 1), (305, 10), (0, 1), "W", (11, 1), (1525, 100), (0, 1))));
        Assert.Equal(place, Position(new ExifBlock().Place("N", (1455250000, 30000000), (0, 1), (0, 1), "W", (337625000, 30000000), (0, 1), (0, 1))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_part_that_is_nought_over_nought_or_something_over_nought_means_no_position(int part)
    {
        foreach (var numerator in (uint[])[0, 5])
        {
            var parts = new (uint, uint)[] { (48, 1), (30, 1), (0, 1) };
            parts[part] = (numerator, 0);

            Assert.Null(Position(new ExifBlock().Place("N", parts[0], parts[1], parts[2], "E", (11, 1), (0, 1), (0, 1))));
            Assert.Null(Position(new ExifBlock().Place("N", (11, 1), (0, 1), (0, 1), "E", parts[0], parts[1], parts[2])));
        }
    }

    [Theory]
    [InlineData(null, "E")]
    [InlineData("N", null)]
    [InlineData("", "E")]
    [InlineData("E", "N")]
    [InlineData("?", "E")]
    public void Without_its_references_there_is_no_position(string? south, string? west) =>
        Assert.Null(Position(new ExifBlock().Place(south, (48, 1), (30, 1), (0, 1), west, (11, 1), (15, 1), (0, 1))));

    [Theory]
    [InlineData(90, 0, 0, true)]
    [InlineData(90, 0, 1, false)]
    [InlineData(91, 0, 0, false)]
    [InlineData(4294967295, 0, 0, false)]
    [InlineData(48, 60, 60, true)]
    [InlineData(48, 61, 0, false)]
    [InlineData(48, 0, 61, false)]
    public void What_lies_on_no_globe_is_no_position(uint degrees, uint minutes, uint seconds, bool possible) =>
        Assert.Equal(possible, Position(new ExifBlock().Place("S", (degrees, 1), (minutes, 1), (seconds, 1), "W", (180, 1), (0, 1), (0, 1))) is not null);

    [Fact]
    public void Longitudes_end_at_180() => Assert.Null(Position(new ExifBlock().Place("S", (1, 1), (0, 1), (0, 1), "W", (180, 1), (0, 1), (1, 1))));

    [Fact]
    public void Exactly_nought_and_nought_is_what_is_written_without_a_fix_and_the_equator_is_a_place()
    {
        Assert.Null(Position(new ExifBlock().Place("N", (0, 1), (0, 1), (0, 1), "E", (0, 1), (0, 1), (0, 1))));
        Assert.Equal(new CapturedPosition(0, 9, null), Position(new ExifBlock().Place("S", (0, 1), (0, 1), (0, 1), "E", (9, 1), (0, 1), (0, 1))));
        Assert.Equal("0", $"{Position(new ExifBlock().Place("S", (0, 1), (0, 1), (0, 1), "E", (9, 1), (0, 1), (0, 1)))!.Latitude}");
    }

    [Theory]
    [InlineData(0x0009, "A", true)]
    [InlineData(0x0009, "V", false)]
    [InlineData(0x0012, "WGS-84", true)]
    [InlineData(0x0012, "WGS84", true)]
    [InlineData(0x0012, "  ", true)]
    [InlineData(0x0012, "TOKYO", false)]
    public void A_receiver_without_a_fix_and_another_datum_mean_no_position(int tag, string text, bool known) =>
        Assert.Equal(known, Position(ExifBlock.Sydney().Text(ExifBlock.Gps, tag, text)) is not null);

    [Fact]
    public void A_position_of_two_numbers_of_text_or_of_one_axis_is_none()
    {
        Assert.Null(Position(ExifBlock.Sydney().Rationals(ExifBlock.Gps, 0x0002, (33, 1), (51, 1))));
        Assert.Null(Position(ExifBlock.Sydney().Text(ExifBlock.Gps, 0x0004, "151.21436667")));
        Assert.Null(Position(ExifBlock.Sydney().Without(ExifBlock.Gps, 0x0004)));
    }

    [Theory]
    [InlineData(0, 4303u, 10u, 430.3)]
    [InlineData(1, 4303u, 10u, -430.3)]
    [InlineData(2, 4303u, 10u, 430.3)]
    [InlineData(3, 4303u, 10u, -430.3)]
    [InlineData(null, 4303u, 10u, 430.3)]
    [InlineData(1, 0u, 1u, 0.0)]
    [InlineData(0, 0u, 0u, null)]
    [InlineData(0, 4294967295u, 1u, null)]
    public void Below_the_sea_altitudes_are_negative(int? reference, uint numerator, uint denominator, double? metres)
    {
        var block = ExifBlock.Sydney().Without(ExifBlock.Gps, 0x0005).Rationals(ExifBlock.Gps, 0x0006, (numerator, denominator));
        if (reference is { } given)
            block.Bytes(ExifBlock.Gps, 0x0005, (byte)given);

        Assert.Equal(metres, Position(block)!.Altitude);
    }

    [Theory]
    [InlineData("T", 2715u, 10u, 271.5, CapturedNorth.True)]
    [InlineData("M", 2715u, 10u, 271.5, CapturedNorth.Magnetic)]
    [InlineData(null, 2715u, 10u, 271.5, null)]
    [InlineData("T", 360u, 1u, 0.0, CapturedNorth.True)]
    [InlineData("T", 361u, 1u, null, null)]
    [InlineData("T", 0u, 0u, null, null)]
    public void A_direction_says_which_north_it_is_from_where_the_file_does(string? reference, uint numerator, uint denominator, double? degrees, CapturedNorth? north)
    {
        var block = new ExifBlock().Rationals(ExifBlock.Gps, 0x0011, (numerator, denominator));
        if (reference is not null)
            block.Text(ExifBlock.Gps, 0x0010, reference);

        Assert.Equal(degrees is { } known ? new CapturedDirection(known, north) : null, Read(block)?.Direction);
    }

    [Theory]
    [InlineData("2026:03:01 13:34:56", "+01:00", null, "2026-03-01T13:34:56", "+01:00")]
    [InlineData("2026:03:01 13:34:56", "-03:30", "7", "2026-03-01T13:34:56.7", "-03:30")]
    [InlineData("2026:03:01 13:34:56", null, "000123", "2026-03-01T13:34:56.000123", null)]
    [InlineData("2026:03:01 13:34:56", "   :  ", "  ", "2026-03-01T13:34:56", null)]
    [InlineData("2026:03:01 13:34:56", "+15:00", "7a", "2026-03-01T13:34:56", null)]
    [InlineData("2026:03:01 13:34:56", "+1:00", "12345678901234567890", "2026-03-01T13:34:56.123456789", null)]
    [InlineData("2024:02:29 00:00:00", null, null, "2024-02-29T00:00:00", null)]
    [InlineData("2026:02:29 00:00:00", "+01:00", null, null, null)]
    [InlineData("0000:00:00 00:00:00", "+01:00", null, null, null)]
    [InlineData("    :  :     :  :  ", "+01:00", null, null, null)]
    [InlineData("2026-03-01T13:34:56", "+01:00", null, null, null)]
    [InlineData("", "+01:00", null, null, null)]
    public void Times_have_the_offset_and_the_fraction_that_the_file_says_and_no_other(string time, string? offset, string? fraction, string? local, string? utcOffset)
    {
        // The camera is there so that there is something in any case; the offset of another time is not that of this one.
        var block = new ExifBlock().Text(ExifBlock.Ifd0, 0x0110, "X").Text(ExifBlock.Exif, 0x9003, time).Text(ExifBlock.Exif, 0x9010, "+09:00");
        if (offset is not null)
            block.Text(ExifBlock.Exif, 0x9011, offset);
        if (fraction is not null)
            block.Text(ExifBlock.Exif, 0x9291, fraction);

        Assert.Equal(new Captured(local, utcOffset, null, null, new CapturedCamera(null, "X")), Read(block));
    }

    [Theory]
    [InlineData("  NIKON CORPORATION   ", "NIKON CORPORATION")]
    [InlineData("Fuji\u0007film\u202E\r\n", "Fujifilm")]
    [InlineData("Xiaomi 小米", "Xiaomi 小米")]
    [InlineData("<script>", "<script>")]
    [InlineData("   ", null)]
    [InlineData("\u0001", null)]
    public void Cameras_names_are_trimmed_and_hold_no_control_characters(string written, string? read) =>
        Assert.Equal(read is null ? null : new CapturedCamera(read, null), Read(new ExifBlock().Text(ExifBlock.Ifd0, 0x010F, written))?.Camera);

    [Fact]
    public void A_long_name_is_cut_and_bytes_that_are_no_text_are_left_out()
    {
        Assert.Equal(new string('a', 64), Read(new ExifBlock().Text(ExifBlock.Ifd0, 0x010F, new string('a', 300)))!.Camera!.Make);
        Assert.Equal(63, Read(new ExifBlock().Text(ExifBlock.Ifd0, 0x010F, new string('a', 63) + "\U0001F4F7"))!.Camera!.Make!.Length);
        Assert.Equal("Sony", Read(new ExifBlock().Raw(ExifBlock.Ifd0, 0x010F, 2, 7, [.. "So"u8, 0xFF, .. "ny\0x"u8]))!.Camera!.Make);
        Assert.Null(Read(new ExifBlock().Text(ExifBlock.Ifd0, 0x010F, new string('a', 5000))));
    }

    private static Captured? Read(ExifBlock block) => CaptureReader.Read(block.ToArray(), ImageFormat.Tiff);

    private static CapturedPosition? Position(ExifBlock block) => Read(block)?.Position;
}
