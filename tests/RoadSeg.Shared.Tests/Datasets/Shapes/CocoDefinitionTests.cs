using System.Globalization;
using System.Text.Json;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Results;
using RoadSeg.Tests.Results;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>Run lengths and polygons as COCO's own mask API has them: tests/golden/coco/make.c, which calls it, made the files.</summary>
public sealed class CocoDefinitionTests
{
    [Fact]
    public void Run_lengths_are_read_and_written_as_pycocotools_does()
    {
        foreach (var (height, width, counts, text) in Rows("rle.txt").Select(row => (Number(row[0]), Number(row[1]), row[2].Split(',').Select(Number).ToList(), row[3])))
        {
            Assert.Equal(counts, CocoRle.Parse(text));
            Assert.Equal(text, CocoRle.Compress(counts));
            var expected = Masks.Decode(counts, width, height);
            foreach (var json in (string[])[JsonSerializer.Serialize(text), JsonSerializer.Serialize(counts)])
            {
                using var member = JsonDocument.Parse(json);
                var runs = new RunShape(1, 0, "", 0, 0, width, height, OfPicture: true, ByColumn: true, RunCounts.Coco(member.RootElement, width, height));

                Assert.Equal(expected, Drawing.Paint(width, height, Drawing.AsWritten, runs).Select(value => value == 1));
            }

            var ids = expected.Select(inside => inside ? (byte)1 : (byte)0).ToArray();
            if (ids.Contains((byte)1))
                Assert.Equal(counts, CocoRle.Counts(ids, width, height, int.MaxValue)[1]);
        }
    }

    // It walks along the outline in fifths of a pixel, we cut it at pixel centres.
    [Fact]
    public void Polygons_differ_from_pycocotools_along_their_outlines_alone()
    {
        long pixels = 0,
            different = 0;
        double length = 0;
        foreach (var row in Rows("polygons.txt"))
        {
            var (height, width) = (Number(row[0]), Number(row[1]));
            var ring = OutlineRing.Text(row[3], ',');
            var theirs = Masks.Decode(CocoRle.Parse(row[4]), width, height);

            var ours = Drawing.Paint(width, height, Drawing.AsWritten, Drawing.Ring(1, ring)).Select(value => value == 1).ToArray();

            pixels += theirs.LongCount(inside => inside);
            for (var i = 0; i < ring.Length; i += 2)
                length += double.Hypot(ring[i] - ring[(i + 2) % ring.Length], ring[i + 1] - ring[(i + 3) % ring.Length]);
            for (var i = 0; i < ours.Length; i++)
            {
                if (ours[i] == theirs[i])
                    continue;
                different++;
                Assert.True(Distance((i % width) + 0.5, (i / width) + 0.5, ring) < 0.25, $"pixel {i % width}, {i / width} of a picture of {width} x {height}");
            }
        }

        TestContext.Current.SendDiagnosticMessage($"{different} of {pixels} pixels differ, outlines of {length:N0} pixels");
        Assert.True(different < 0.05 * length, $"{different} of {pixels} pixels differ, outlines of {length:N0} pixels");
    }

    [Theory]
    [InlineData("\"0!\"", "its run lengths are no text of COCO's: character 2 is none of theirs.")]
    [InlineData("\"0p\"", "its run lengths are no text of COCO's: character 2 is none of theirs.")]
    [InlineData("\"0P\"", "its run lengths are no text of COCO's: it is cut short.")]
    [InlineData("\"PPPPPPPPPPPPP\"", "its run lengths are no text of COCO's: character 8 is none of theirs.")]
    [InlineData("\"oooooo?\"", "its run lengths are no text of COCO's: a count has more than 32 bits.")]
    [InlineData("\"O\"", "a run length is negative.")]
    [InlineData("[3,-1,4]", "a run length is negative.")]
    [InlineData("[3,2]", "its run lengths add up to 5 pixels, not to 3 x 2.")]
    [InlineData("[2147483647,2147483647,2147483647]", "its run lengths add up to 6,442,450,941 pixels, not to 3 x 2.")]
    [InlineData("[3,3.5]", "a run length is no whole number of 32 bits.")]
    [InlineData("[]", "its run lengths add up to 0 pixels, not to 3 x 2.")]
    [InlineData("\"\"", "its run lengths are neither a list of numbers nor a text.")]
    [InlineData("7", "its run lengths are neither a list of numbers nor a text.")]
    public void Broken_run_lengths_say_what_is_wrong(string json, string said)
    {
        using var counts = JsonDocument.Parse(json);

        Assert.Equal(said, Assert.Throws<InvalidDataException>(() => RunCounts.Coco(counts.RootElement, 3, 2)).Message);
    }

    private static IEnumerable<string[]> Rows(string name) =>
        File.ReadLines(Checkout.File($"tests/golden/coco/{name}")).Where(line => line[0] != '#').Select(line => line.Split('\t'));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static double Distance(double x, double y, double[] ring) =>
        Enumerable.Range(0, ring.Length / 2).Min(i =>
        {
            var (ax, ay, bx, by) = (ring[2 * i], ring[(2 * i) + 1], ring[((2 * i) + 2) % ring.Length], ring[((2 * i) + 3) % ring.Length]);
            var (dx, dy) = (bx - ax, by - ay);
            var length = (dx * dx) + (dy * dy);
            var share = length == 0 ? 0 : Math.Clamp((((x - ax) * dx) + ((y - ay) * dy)) / length, 0, 1);
            return double.Hypot(x - ax - (share * dx), y - ay - (share * dy));
        });
}
