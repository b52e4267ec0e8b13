using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

public sealed class LabelStudioTests : IDisposable
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

    // A skipped annotation that was newer than the submitted one used to win.
    [Fact]
    public async Task What_an_annotator_skipped_never_counts()
    {
        var (road, car) = (Encode(Drop.Width, Drop.Height, (x, _) => x < 16), Encode(Drop.Width, Drop.Height, (_, _) => true));
        drop.Image("street.jpg").Text("export.json", Tasks(TaskOf(7, "street.jpg", Annotation(1, "road", road), Annotation(2, "car", car, cancelled: true))));

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain));

        Assert.Equal(128, Drop.PixelsOf(report, "road"));
        Assert.DoesNotContain(report.Classes, label => label.Name == "car");
        Assert.Null(Drop.Find(report, FaultKind.IdentifierTwice));
    }

    // The whole export was refused with "The given key was not present in the dictionary."
    [Fact]
    public async Task The_image_is_found_under_any_key_of_the_task_and_the_report_names_the_key()
    {
        drop.Image("street.jpg").Text("export.json", Tasks(
            new { id = 7, data = new { title = "a street", img = "/data/upload/1/0a1b2c3d-street.jpg" }, annotations = new[] { Annotation(1, "road", Half) } }));

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain));

        Assert.Equal(128, Drop.PixelsOf(report, "road"));
        Assert.Contains(report.Notes, note => note.Contains("\"img\"", StringComparison.Ordinal));
    }

    // One odd task ended the export, by a NullReferenceException where its image was null.
    [Theory]
    [InlineData("""{"id":1,"data":{"image":null},"annotations":[]}""", "Task 1: its data names no image of the set.")]
    [InlineData("""{"id":1,"data":null,"annotations":[]}""", "Task 1: it has no \"data\".")]
    [InlineData("""{"id":1,"data":{"image":"street.jpg"}}""", "Task 1: it has no \"annotations\".")]
    [InlineData("""{"id":1,"data":{"image":"street.jpg"},"annotations":[null]}""", "Task 1: it is no object.")]
    [InlineData("""{"id":"x","data":{"image":"street.jpg"},"annotations":[]}""", "Task number 1 of the export: \"id\" is no number.")]
    [InlineData("""{"data":{"image":"street.jpg"},"annotations":[]}""", "Task number 1 of the export: it has no \"id\".")]
    [InlineData("null", "Task number 1 of the export: it is no object.")]
    [InlineData("""{"id":1,"data":{"image":"\ud800"},"annotations":[]}""", "Task 1: its data names no image of the set.")]
    [InlineData("""{"\ud800":1,"data":{},"annotations":[]}""", "Task number 1 of the export: the name of a member is no valid Unicode.")]
    [InlineData("""{"id":1,"data":{"image":"street.jpg"},"annotations":[{"id":3,"result":[{"original_width":32,"original_height":24,"value":{"rle":[0]}}]}]}""", "Task 1, a region: it has no \"brushlabels\".")]
    [InlineData("""{"id":1,"data":{"image":"street.jpg"},"annotations":[{"id":3,"result":[{"original_width":32,"original_height":24,"value":{"rle":[256],"brushlabels":["a"]}}]}]}""", "Task 1, a region: a number is not within 0-255.")]
    [InlineData("""{"id":1,"data":{"image":"street.jpg"},"annotations":[{"id":3,"result":[{"original_width":1e99,"original_height":24,"value":{"rle":[0],"brushlabels":["a"]}}]}]}""", "Task 1, a region: \"original_width\" is no whole number of 32 bits.")]
    public async Task One_odd_task_is_a_finding_with_its_name_and_the_others_are_read(string odd, string detail)
    {
        drop.Image("street.jpg").Image("other.jpg").Text("export.json", $"[{odd},{JsonSerializer.Serialize(TaskOf(2, "other.jpg", Annotation(9, "road", Half)))}]");

        var report = await drop.CheckAsync(Drop.Of("label-studio", AllTrain));

        Assert.Equal(128, Drop.PixelsOf(report, "road"));
        var finding = Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples);
        Assert.Equal(("export.json", detail), (finding.File, finding.Detail));
    }

    [Fact]
    public async Task An_export_without_one_good_task_is_refused_with_the_first_reason()
    {
        drop.Image("street.jpg").Text("export.json", """[{"id":1,"data":{},"annotations":[]}]""");

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("label-studio", AllTrain)));

        Assert.Contains("export.json, Task 1: its data names no image of the set.", refused.Message, StringComparison.Ordinal);
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

    private static byte[] Half => Encode(Drop.Width, Drop.Height, (x, _) => x < 16);

    private static string Tasks(params object[] tasks) => JsonSerializer.Serialize(tasks);

    private static object TaskOf(int id, string image, params object[] annotations) => new { id, data = new { image }, annotations };

    private static object Annotation(int id, string label, byte[] rle, bool cancelled = false) => new
    {
        id,
        was_cancelled = cancelled,
        result = new object[]
        {
            new { type = "choices", value = new { choices = new[] { "x" } } },
            new { original_width = Drop.Width, original_height = Drop.Height, value = new { format = "rle", rle = rle.Select(b => (int)b).ToArray(), brushlabels = new[] { label } } },
        },
    };

    // The writer's side of the format: runs of RGBA samples, all four alike.
    internal static byte[] Encode(int width, int height, Func<int, int, bool> painted)
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
