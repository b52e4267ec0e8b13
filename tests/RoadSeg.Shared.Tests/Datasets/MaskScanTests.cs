using RoadSeg.Datasets;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

public sealed class MaskScanTests
{
    // Half a pixel lost when masks are scaled: every label shifts, and no test noticed. Columns and rows of one pixel tell.
    [Theory]
    [InlineData(32, 16)]
    [InlineData(30, 10)]
    [InlineData(24, 16)]
    [InlineData(16, 32)]
    [InlineData(9, 9)]
    public void Labels_are_taken_from_the_middle_of_each_pixel(int from, int to)
    {
        var map = new LabelMap(ClassColors.Catalogue(Enumerable.Range(0, from).Select(i => ($"{i}", (RgbColor?)null))), MaskEncoding.Id, [.. Enumerable.Range(0, from).Select(i => new LabelEntry(i, $"{i}", i))]);
        using var columns = new MaskValues(from, 1, lossy: false);
        using var rows = new MaskValues(1, from, lossy: false);
        for (var i = 0; i < from; i++)
            columns.Values[i] = rows.Values[i] = i;

        // The source pixel in which the middle of the target pixel lies; on a border between two, the one behind it.
        var expected = Enumerable.Range(0, to).Select(i => (byte)(((2 * i) + 1) * from / (2 * to))).ToArray();

        Assert.Equal(expected, MaskScan.Of(columns, map, to, 1).Ids);
        Assert.Equal(expected, MaskScan.Of(rows, map, 1, to).Ids);
    }

    [Fact]
    public void A_mask_of_one_pixel_columns_halved_keeps_every_second_column()
    {
        var map = new LabelMap(ClassColors.Catalogue([("even", null), ("odd", null)]), MaskEncoding.Id, [new LabelEntry(0, "even", 0), new LabelEntry(1, "odd", 1)]);
        using var mask = new MaskValues(8, 2, lossy: false);
        for (var i = 0; i < 16; i++)
            mask.Values[i] = i % 2;

        Assert.Equal([1, 1, 1, 1], MaskScan.Of(mask, map, 4, 1).Ids);
    }
}
