using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Checks;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Masks;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

public sealed class Label_studio : IDisposable
{
    private static readonly SplitSpec AllTrain = new() { Train = 1, Val = 0, Test = 0 };
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task Pictures_of_single_labels_are_merged_and_the_annotator_appears_nowhere()
    {
        const string By = "by-anna-maria.o@ex-ample.co.uk";
        drop.Image("task-1.jpg").Ids($"task-1-annotation-4-{By}-tag-road-0.png", Drop.Halves(255, 0)).Ids($"task-1-annotation-4-{By}-tag-car-0.png", (x, _) => x >= 24 ? 255 : 0);
        drop.Ids($"task-9-annotation-5-{By}-tag-road-0.png", Drop.Halves(255, 0));

        var set = await drop.CuratedAsync(Drop.Of("label-studio", AllTrain));

        var report = DatasetReport.FromJson(File.ReadAllBytes(Path.Combine(set.Folder, DatasetReport.FileName)));
        Assert.Equal((128, 64), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Equal(1, Drop.Find(report, FaultKind.MaskWithoutImage)!.Count);
        foreach (var file in Directory.EnumerateFiles(set.Folder))
        {
            var text = File.ReadAllText(file);
            Assert.DoesNotContain("anna", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("ample.co", text, StringComparison.Ordinal);
        }

        Assert.Contains("task-1-annotation-4-tag-", File.ReadAllText(Path.Combine(set.Folder, "samples.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_with_dashes_are_known_from_the_description()
    {
        drop.Image("task-1.jpg").Ids("task-1-annotation-4-by-2-brush-tag-sign-symbol-0.png", Drop.Halves(255, 0));

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain, new LabelSpec { Classes = [new("symbol"), new("sign-symbol")] }));

        Assert.Equal((0, 128), (Drop.PixelsOf(report, "symbol"), Drop.PixelsOf(report, "sign-symbol")));
    }

    [Theory]
    [InlineData(false, 64, 64)]
    [InlineData(true, 64, 128)]
    public async Task Overlapping_labels_stay_unlabelled_until_an_order_is_given(bool ordered, int road, int car)
    {
        drop.Image("task-1.jpg").Ids("task-1-annotation-4-by-2-tag-road-0.png", (x, _) => x < 16 ? 255 : 0).Ids("task-1-annotation-4-by-2-tag-car-0.png", (x, _) => x is >= 8 and < 24 ? 255 : 0);

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain, new LabelSpec { Overlap = ordered ? ["road", "car"] : null }));

        Assert.Equal((road, car), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Equal(ordered ? null : 192L, Drop.Find(report, FaultKind.LabelsOverlap)?.Pixels);
        Assert.Equal(0, report.UnknownPixels);
    }

    [Fact]
    public async Task The_JSON_export_is_decoded_and_of_several_annotations_the_last_is_taken()
    {
        var (old, road) = (Encode(Drop.Width, Drop.Height, (_, _) => true), Encode(Drop.Width, Drop.Height, (x, _) => x < 16));
        drop.Image("media/street.jpg").Text("export.json", JsonSerializer.Serialize(new[]
        {
            new { id = 7, data = new { image = "/data/upload/1/0a1b2c3d-street.jpg?x=1" }, annotations = new[] { Annotation(1, "car", old), Annotation(2, "road", road) } },
        }));

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain));

        Assert.Equal((128, 0), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Contains("Annotation 1 of task 7", Drop.Find(report, FaultKind.IdentifierTwice)!.Examples[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_lengths_cut_short_or_longer_than_the_picture_are_refused_and_nothing_else_happens()
    {
        var rle = Encode(20, 10, (x, y) => (x + y) % 3 == 0);
        Assert.Equal(67, BrushRle.Alpha(rle, 20, 10).Count(alpha => alpha == 255));
        Assert.Throws<RoadSegException>(() => BrushRle.Alpha(rle, 21, 10));
        for (var cut = 0; cut < rle.Length - 1; cut++)
            Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => BrushRle.Alpha(rle.AsSpan(0, cut), 20, 10)).Code);

        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var broken = rle.ToArray();
            broken[random.Next(4, broken.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                BrushRle.Alpha(broken, 20, 10);
            }
            catch (RoadSegException)
            {
            }
        }
    }

    private static object Annotation(int id, string label, byte[] rle) => new
    {
        id,
        result = new object[]
        {
            new { type = "choices", value = new { choices = new[] { "x" } } },
            new { original_width = Drop.Width, original_height = Drop.Height, value = new { format = "rle", rle = rle.Select(b => (int)b).ToArray(), brushlabels = new[] { label } } },
        },
    };

    // The writer's side of the format: runs of RGBA samples, all four alike.
    private static byte[] Encode(int width, int height, Func<int, int, bool> painted)
    {
        int[] sizes = [3, 4, 8, 16];
        var bits = new List<bool>();
        Put(width * height * 4, 32);
        Put(7, 5);
        foreach (var size in sizes)
            Put(size - 1, 4);
        var samples = Enumerable.Range(0, width * height * 4).Select(i => painted(i / 4 % width, i / 4 / width) ? 255 : 0).ToArray();
        for (var at = 0; at < samples.Length;)
        {
            var run = 1;
            while (at + run < samples.Length && samples[at + run] == samples[at] && run < 1 << 16)
                run++;
            var size = Array.FindIndex(sizes, bitsOf => run <= 1 << bitsOf);

            // Short runs also as single samples, the format's other block.
            var single = run <= 4;
            Put(single ? 0 : 1, 1);
            Put(size, 2);
            Put(run - 1, sizes[size]);
            for (var i = 0; i < (single ? run : 1); i++)
                Put(samples[at], 8);
            at += run;
        }

        while (bits.Count % 8 != 0)
            bits.Add(false);
        return [.. bits.Chunk(8).Select(eight => (byte)eight.Aggregate(0, (value, bit) => (value << 1) | (bit ? 1 : 0)))];

        void Put(int value, int count)
        {
            for (var i = count - 1; i >= 0; i--)
                bits.Add((((long)value >> i) & 1) == 1);
        }
    }
}
