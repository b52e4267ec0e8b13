using System.Buffers.Binary;
using RoadSeg.Capture;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Capture;

/// <summary>Exif blocks that are broken or made to break their reader: none fails, and none takes long.</summary>
public sealed class BrokenCaptureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_block_that_is_cut_anywhere_says_what_is_left_of_it()
    {
        var whole = ExifBlock.Sydney().ToArray();
        var known = CaptureReader.Read(whole, ImageFormat.Tiff)!;

        for (var length = 0; length < whole.Length; length++)
        {
            var (plain, photo) = (CaptureReader.Read(whole.AsMemory(0, length), ImageFormat.Tiff), Photos.JpegWithExif(Photos.Fixture("grey.jpg"), whole[..length]));
            AssertPartOf(known, plain);
            AssertPartOf(known, CaptureReader.Read(photo, ImageFormat.Jpeg));
        }
    }

    [Fact]
    public void Bytes_that_are_changed_by_lot_never_fail_and_never_give_what_cannot_be()
    {
        var random = new Random(20261130);
        for (var round = 0; round < 20_000; round++)
        {
            var block = ExifBlock.Sydney(round % 2 == 0).ToArray();
            for (var changes = random.Next(1, 8); changes > 0; changes--)
                block[random.Next(block.Length)] = (byte)random.Next(256);

            if (CaptureReader.Read(block, ImageFormat.Tiff) is not { } read)
                continue;
            Assert.True(read.Position is null or { Latitude: >= -90 and <= 90, Longitude: >= -180 and <= 180, Altitude: null or (>= -100_000 and <= 100_000) }, $"round {round}: {read}");
            Assert.True(read.Direction is null or { Degrees: >= 0 and < 360 }, $"round {round}: {read}");
            Assert.True(read.Camera is null || ((string?[])[read.Camera.Make, read.Camera.Model]).All(name => name is null || name.Length is > 0 and <= 64), $"round {round}: {read}");
        }
    }

    [Theory]
    [InlineData(0x8769)]
    [InlineData(0x8825)]
    public void Directories_that_lead_in_a_circle_end(int tag)
    {
        // The first directory is its own child; a child points back to the first.
        Assert.Equal("Canon", Read(new ExifBlock().Text(ExifBlock.Ifd0, 0x010F, "Canon").Raw(ExifBlock.Ifd0, tag, 4, 1, [8, 0, 0, 0]))!.Camera!.Make);
        Assert.Equal("Canon", Read(ExifBlock.Sydney().Raw(ExifBlock.Exif, tag, 4, 1, [8, 0, 0, 0]))!.Camera!.Make);
        Assert.Equal("Canon", Read(ExifBlock.Sydney().Raw(ExifBlock.Gps, tag, 4, 1, [8, 0, 0, 0]))!.Camera!.Make);
    }

    // 2^29 rationals are 2^32 bytes, which is nothing to a counter of 32 bits.
    [Theory]
    [InlineData(5, 0x20000001u)]
    [InlineData(5, 0xFFFFFFFFu)]
    [InlineData(2, 0xFFFFFFFFu)]
    [InlineData(12, 0x20000000u)]
    [InlineData(1, 0x7FFFFFFFu)]
    public void A_count_of_what_no_file_holds_is_not_believed(int type, uint count)
    {
        var read = Read(ExifBlock.Sydney().Raw(ExifBlock.Gps, 0x0002, type, count, new byte[24]).Raw(ExifBlock.Ifd0, 0x0110, type, count, new byte[8]))!;

        Assert.Equal((null, "Canon", (string?)null), (read.Position, read.Camera!.Make, read.Camera.Model));
    }

    [Fact]
    public async Task A_file_of_nothing_but_lists_that_may_be_directories_ends_soon()
    {
        // 60,000 tags that each stand for the same list of 250,000 numbers.
        const int tags = 60_000, numbers = 250_000;
        var file = new byte[8 + 2 + (12 * tags) + 4 + (4 * numbers)];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), tags);
        for (var tag = 0; tag < tags; tag++)
        {
            var at = file.AsSpan(10 + (12 * tag));
            BinaryPrimitives.WriteUInt16LittleEndian(at, 0x014A);
            BinaryPrimitives.WriteUInt16LittleEndian(at[2..], 4);
            BinaryPrimitives.WriteInt32LittleEndian(at[4..], numbers);
            BinaryPrimitives.WriteInt32LittleEndian(at[8..], file.Length - (4 * numbers));
        }

        Assert.Null(await Task.Run(() => CaptureReader.Read(file, ImageFormat.Tiff), Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel));
    }

    // The fault: whatever stood in the directory of the place was kept, a hundred mebibytes of one.
    [Fact]
    public void Tens_of_thousands_of_tags_of_a_place_are_not_kept()
    {
        const int tags = 60_000, rationals = 128, gps = 26;
        var file = new byte[gps + 2 + (12 * tags) + 4 + (8 * rationals)];
        "II*\0"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), 8);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(8), 1);
        Tag(10, 0x8825, 4, 1, gps);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(gps), tags);
        for (var tag = 0; tag < tags; tag++)
            Tag(gps + 2 + (12 * tag), 0x0100 + tag, 5, rationals, file.Length - (8 * rationals));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(CaptureReader.Read(file, ImageFormat.Tiff));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 32 << 20);

        void Tag(int at, int tag, int type, int count, int value)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at), (ushort)tag);
            BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(at + 2), (ushort)type);
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 4), count);
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(at + 8), value);
        }
    }

    [Fact]
    public void A_block_of_more_than_a_mebibyte_is_not_looked_at()
    {
        byte[] block = [.. ExifBlock.Sydney().ToArray(), .. new byte[1 << 20]];

        Assert.Null(CaptureReader.Read(Photos.PngWithExif(Photos.Fixture("upright.png"), block), ImageFormat.Png));
    }

    [Theory]
    [InlineData("")]
    [InlineData("II")]
    [InlineData("II+\0\b\0\0\0\u0010\0\0\0\0\0\0\0")]
    [InlineData("XX*\0\b\0\0\0")]
    [InlineData("MM\0*\0\0\0\b\xFF\xFF")]
    public void What_is_no_such_block_says_nothing(string block)
    {
        byte[] bytes = [.. block.Select(static c => (byte)c)];

        Assert.Null(CaptureReader.Read(bytes, ImageFormat.Tiff));
        Assert.Null(CaptureReader.Read(Photos.JpegWithExif(Photos.Fixture("grey.jpg"), bytes), ImageFormat.Jpeg));
    }

    [Fact]
    public void A_file_that_is_no_picture_says_nothing() => Assert.Null(CaptureReader.Read("no picture"u8.ToArray(), ImageFormat.Jpeg));

    private static Captured? Read(ExifBlock block) => CaptureReader.Read(block.ToArray(), ImageFormat.Tiff);

    private static void AssertPartOf(Captured whole, Captured? part)
    {
        if (part is null)
            return;
        Assert.True(part.LocalTime is null || whole.LocalTime!.StartsWith(part.LocalTime, StringComparison.Ordinal));
        Assert.True(part.UtcOffset is null || part.UtcOffset == whole.UtcOffset);
        Assert.True(part.Position is null || part.Position with { Altitude = whole.Position!.Altitude } == whole.Position);
        Assert.True(part.Direction is null || part.Direction.Degrees == whole.Direction!.Degrees);
        Assert.True(part.Camera is null || (part.Camera.Make ?? "Canon") == "Canon");
    }
}
