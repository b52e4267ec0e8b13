using RoadSeg.Results;

namespace RoadSeg.Tests.Results;

public sealed class CocoRunLengthTests
{
    // Worked out by hand from the published format: value = 5-bit groups, low first, +32 when more follow, +48.
    [Theory]
    [InlineData("6", 6)]
    [InlineData("01", 0, 1)]
    [InlineData("?", 15)] // 01111: the sign bit is free, one group
    [InlineData("`0", 16)] // 10000 would be read as negative: a group of zeros follows; 16 + 32 + 48 = '`'
    [InlineData("o0", 31)]
    [InlineData("P1", 32)] // 00000 and more, 00001
    [InlineData("Xo0", 1000)] // 01000 and more, 11111 and more, 00000
    [InlineData("3213", 3, 2, 1, 5)] // the fourth is 5 - 2
    [InlineData("321O", 3, 2, 1, 1)] // 1 - 2 = -1: 11111
    [InlineData("0P110O_O", 0, 32, 1, 32, 0, 15)] // 32 - 32 = 0; 0 - 1 = -1; 15 - 32 = -17: 01111 and more, 11111
    public void The_string_form_is_the_published_one(string text, params int[] counts)
    {
        Assert.Equal(text, CocoRle.Compress(counts));
        Assert.Equal(counts, Masks.Parse(text));
    }

    [Fact]
    public void Counts_go_down_the_columns_and_start_outside()
    {
        var (ids, width) = Masks.Of(
            "010",
            "011");

        var counts = CocoRle.Counts(ids, width, 2, 100);

        Assert.Equal([2, 2, 1, 1], counts[1]);
        Assert.Equal([0, 2, 2, 1, 1], counts[0]);
        Assert.Null(counts[2]);
    }

    [Fact]
    public void Decoding_gives_the_mask_back_for_any_mask()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (width, height) = (1 + (seed * 11 % 150), 1 + (seed * 5 % 29));
            var ids = Masks.Random(width, height, 1 + (seed % 5), 1 + (seed % 4), seed);

            var regions = Masks.Regions(ids, width, new RegionOptions());

            Assert.Equal(ids.Distinct().Order().Select(id => (int)id), regions.Classes.Select(c => c.Id));
            foreach (var label in regions.Classes)
            {
                Assert.Equal([height, width], label.Rle.Size);
                Assert.Equal(label.UncompressedRle.Counts, Masks.Parse(label.Rle.Counts));
                Assert.Equal(ids.Select(id => id == label.Id), Masks.Decode(label.UncompressedRle.Counts, width, height));
                Assert.Equal(ids.LongCount(id => id == label.Id), label.Pixels);
            }
        }
    }
}
