using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Imaging;

public sealed class MaskPngTests
{
    [Fact]
    public void Ids_survive_for_every_class_count()
    {
        for (var classes = 1; classes <= 255; classes++)
        {
            var ids = Pictures.Ids(101, 13, classes);
            var back = MaskPng.Decode(MaskPng.Encode(ids, 101, 13, Pictures.Labels(classes)), ImageLimits.Default);
            Assert.Equal(ids, back.Ids);
            Assert.Equal(Pictures.Labels(classes).Classes.Select(c => c.Color), back.Palette);
        }
    }

    [Fact]
    public void Ids_survive_for_every_small_size()
    {
        var labels = Pictures.Labels(12, 255);
        for (var width = 1; width <= 70; width++)
        {
            var ids = Pictures.Ids(width, 3, 12);
            ids[^1] = 255;
            var back = MaskPng.Decode(MaskPng.Encode(ids, width, 3, labels), ImageLimits.Default);
            Assert.Equal((width, 3), (back.Width, back.Height));
            Assert.Equal(ids, back.Ids);
        }
    }

    [Fact]
    public void Another_reader_sees_the_class_colours_and_black_for_the_ignore_id()
    {
        var labels = Pictures.Labels(20, 200);
        var ids = Pictures.Ids(45, 30, 20);
        ids[7] = 200;
        var expected = ids.SelectMany(id => id == 200 ? [(byte)0, (byte)0, (byte)0] : Channels(labels.Classes[id].Color)).ToArray();
        Assert.Equal(expected, PhotoDecodingTests.Decode(MaskPng.Encode(ids, 45, 30, labels)).Pixels);
        var color = ColorMask.Png(ids, 45, 30, labels);
        Assert.Equal(expected, PhotoDecodingTests.Decode(color).Pixels);
        Assert.Equal(3, ImageProbe.Read(color, ImageLimits.Default).Bands);
    }

    [Fact]
    public void Grey_samples_survive_and_another_reader_agrees()
    {
        var samples = Pictures.Ids(37, 29, 256);
        var png = GrayPng.Encode(samples, 37, 29);
        var back = MaskPng.Decode(png, ImageLimits.Default);
        Assert.Null(back.Palette);
        Assert.Equal(samples, back.Ids);
        Assert.Equal(1, Saving.Raw(png).Bands);
        Assert.Equal(samples, Saving.Raw(png).Samples);
    }

    [Fact]
    public void An_id_that_is_no_class_is_not_written()
    {
        var labels = Pictures.Labels(3, 255);
        var error = Assert.Throws<ArgumentException>(() => MaskPng.Encode([0, 255, 255, 1, 7, 2], 3, 2, labels));
        Assert.Contains("(1, 1) has id 7", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ColorMask.Png([3], 1, 1, Pictures.Labels(3)));
        Assert.Throws<ArgumentException>(() => MaskPng.Encode([0, 1], 3, 1, labels));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Every_depth_is_read_plain_and_interlaced(int depth)
    {
        for (var (width, height) = (1, 1); width <= 20; width += 1, height = (width * 7 % 19) + 1)
        {
            var ids = Pictures.Ids(width, height, 1 << depth);
            foreach (var interlaced in new[] { false, true })
            {
                var rows = PackedRows.Of(ids, width, height, depth, interlaced);
                Assert.Equal(ids, MaskPng.Decode(Files.Png(width, height, depth, 0, rows, interlaced), ImageLimits.Default).Ids);
                var palette = Files.PngChunk("PLTE", new byte[3 << depth]);
                Assert.Equal(ids, MaskPng.Decode(Files.Png(width, height, depth, 3, rows, interlaced, palette), ImageLimits.Default).Ids);
            }
        }
    }

    [Theory]
    [InlineData(0x08)]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x40)]
    [InlineData(0x80)]
    [InlineData(0xF8)]
    public void Every_row_filter_is_undone(int filter)
    {
        var samples = Pictures.Busy(67, 41, 4).Pixels[..(67 * 41)];
        Assert.Equal(samples, MaskPng.Decode(Saving.FilteredGreyPng(samples, 67, 41, filter), ImageLimits.Default).Ids);
    }

    [Fact]
    public void Pictures_that_hold_no_ids_are_refused_with_advice()
    {
        foreach (var file in new[] { PhotoEncoder.Png(Pictures.Smooth(4, 4)), Files.Png(1, 1, 16, 0, [0, 0, 0]), Files.Png(1, 1, 8, 4, [0, 0, 0]), PhotoEncoder.Jpeg(Pictures.Smooth(4, 4)) })
            Assert.Contains("palette", Refused(ErrorCodes.ImageFormatUnsupported, file), StringComparison.Ordinal);
    }

    [Fact]
    public void Broken_masks_are_corrupt()
    {
        var palette = Files.PngChunk("PLTE", [1, 2, 3]);
        var header = Files.PngHeader(1, 1, 8, 0);
        var end = Files.PngChunk("IEND", []);
        Assert.Contains("no palette", Corrupt(Files.Png(1, 1, 8, 3, [0, 0])), StringComparison.Ordinal);
        Assert.Contains("only 1 colours", Corrupt(Files.Png(1, 1, 8, 3, [0, 1], false, palette)), StringComparison.Ordinal);
        Assert.Contains("wrong length", Corrupt(Files.Png(1, 1, 1, 3, [0, 0], false, Files.PngChunk("PLTE", new byte[9]))), StringComparison.Ordinal);
        Assert.Contains("wrong length", Corrupt(Files.Png(1, 1, 8, 3, [0, 0], false, palette, palette)), StringComparison.Ordinal);
        Assert.Contains("more pixels", Corrupt(Files.Png(1, 1, 8, 0, [0, 0, 0])), StringComparison.Ordinal);
        Assert.Contains("cut short", Corrupt(Files.Png(2, 1, 8, 0, [0, 0])), StringComparison.Ordinal);
        Assert.Contains("row filter", Corrupt(Files.Png(1, 1, 8, 0, [5, 0])), StringComparison.Ordinal);
        Assert.Contains("understood", Corrupt(Files.Png(1, 1, 8, 0, [0, 0], false, Files.PngChunk("ABCD", []))), StringComparison.Ordinal);
        Assert.Contains("first chunk", Corrupt(Files.PngOf(end)), StringComparison.Ordinal);
        Assert.Contains("twice", Corrupt(Files.PngOf(header, header)), StringComparison.Ordinal);
        Assert.Contains("header holds", Corrupt(Files.Png(0, 1, 8, 0, [0])), StringComparison.Ordinal);
        Assert.Contains("header holds", Corrupt(Files.Png(1, 1, 3, 0, [0, 0])), StringComparison.Ordinal);
        Assert.Contains("damaged", Corrupt(Files.PngOf(header, Files.PngChunk("IDAT", [1, 2, 3]), end)), StringComparison.Ordinal);
        var good = Files.Png(1, 1, 8, 0, [0, 0]);
        good[^15] ^= 1;
        Assert.Contains("checksum", Corrupt(good), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mask_over_a_limit_is_refused_before_memory_is_taken()
    {
        Refused(ErrorCodes.ImageEmpty, []);
        Refused(ErrorCodes.ImageTooManyBytes, new byte[11], new ImageLimits(MaxBytes: 10));
        foreach (var side in new[] { 65_000, 65_535, 65_536, int.MaxValue })
        {
            var bomb = Files.Png(side, side, 8, 0, [0]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Refused(ErrorCodes.ImageTooManyPixels, bomb);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        }
    }

    private static string Corrupt(byte[] file) => Refused(ErrorCodes.ImageCorrupt, file);

    private static string Refused(ErrorCode code, byte[] file, ImageLimits? limits = null)
    {
        var error = Assert.Throws<RoadSegException>(() => MaskPng.Decode(file, limits ?? ImageLimits.Default));
        Assert.Equal(code, error.Code);
        return error.Message;
    }

    private static byte[] Channels(RgbColor color) => [color.R, color.G, color.B];
}
