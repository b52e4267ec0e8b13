using System.IO.Compression;
using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Layouts;
using RoadSeg.Datasets.Shapes;
using RoadSeg.Errors;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>Lists that are cut short, of another version or form, or made to take memory and time: refused by the file's name and the record beside which to look.</summary>
public sealed class HostileShapeTests : IDisposable
{
    private static readonly SplitSpec AllTrain = new() { Train = 1, Val = 0, Test = 0 };
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Theory]
    [InlineData("coco", "a.json", """{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":[[0,0,NaN,0,9,9]]}]}""", "(of its images number 1 was the last that could be read.)")]
    [InlineData("coco", "a.json", """{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"id":1},{"id":2,"segm""", "(of its annotations number 1 was the last that could be read.)")]
    [InlineData("coco", "a.json", "[]", "a.json is no COCO list")]
    [InlineData("coco", "a.json", "{}", "it has no \"images\"")]
    [InlineData("coco", "a.json", """{"images":[{"id":1,"file_name":"a.png"}],"annotations":[]}""", "a.json names no categories")]
    [InlineData("coco", "a.json", "", "a.json is no COCO list")]
    [InlineData("cvat", "a.xml", "<annotations><version>1.1</version><image id=\"0\" name=\"a.png\"><polygon label=\"car\" points=\"1,1;2", "it breaks the form of XML in line 1")]
    [InlineData("cvat", "a.xml", "<annotations><version>1.1</version><image id=\"0\" name=\"a.png\"/><image", "(image number 1 was the last that could be read.)")]
    [InlineData("cvat", "a.xml", "<annotations><version>2.0</version></annotations>", "it is of version '2.0'; 1.0 and 1.1 are read.")]
    [InlineData("cvat", "a.xml", "<annotations><version>1.1</version><track id=\"0\" label=\"car\"><box frame=\"0\"/></track></annotations>", "it holds tracks, the form of videos.")]
    [InlineData("cvat", "a.xml", "<annotation><folder>VOC</folder></annotation>", "it begins with <annotation>, not with <annotations>.")]
    [InlineData("cvat", "a.xml", "<!DOCTYPE a [<!ENTITY b \"c\">]><annotations>&b;</annotations>", "no XML of a kind that is read.")]
    [InlineData("cvat", "a.xml", "<annotations/>", "it holds no image.")]
    [InlineData("cvat", "a.xml", "", "it is empty, or no XML of a kind that is read.")]
    [InlineData("labelme", "a.json", """{"imagePath":"a.png","shapes":[{""", "No Labelme file could be read. The first, a.json: it is no JSON in line 1")]
    [InlineData("labelme", "a.json", "[]", "No Labelme file could be read. The first, a.json: it is no object.")]
    [InlineData("supervisely", "meta.json", """{"classes":{}}""", "ann/*.json")]
    [InlineData("supervisely", "ds/ann/a.png.json", """{"objects":[]}""", "meta.json is missing")]
    [InlineData("yolo", "data.yaml", "names: [car, road\ntrain: x\n", "data.yaml is no data.yaml: it breaks the form of YAML")]
    [InlineData("yolo", "data.yaml", "train: images/train\n", "it has no \"names\".")]
    [InlineData("yolo", "data.yaml", "names: [a]\nkpt_shape: [17, 3]\n", "it is of key points")]
    [InlineData("yolo", "data.yaml", "names:\n  a: b\n", "a class of \"names\" has no number.")]
    [InlineData("yolo", "data.yaml", "- a\n", "it is no list of members.")]
    [InlineData("yolo", "data.yaml", "", "it is no list of members.")]
    [InlineData("yolo", "labels/a.txt", "0 0 0 1 1 0 1", "No data.yaml lies in the set")]
    [InlineData("voc", "ImageSets/Segmentation/train.txt", "a\n", "SegmentationClass/{id}.png")]
    [InlineData("roboflow-masks", "train/a.txt", "", "_classes.csv is missing")]
    [InlineData("cityscapes-polygons", "a_gtFine_polygons.json", "{}", "gtFine/{split}/{group}/{id}_gtFine_polygons.json")]
    public async Task What_is_no_list_of_its_form_is_refused_by_name(string layout, string file, string text, string said)
    {
        drop.Image("a.png").Text(file, text);

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of(layout, AllTrain)));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        JsonFaultTests.IsForPeople(refusal.Message);
    }

    [Fact]
    public async Task Lists_of_one_set_that_give_an_id_two_names_are_refused_with_both()
    {
        foreach (var (split, name) in ((string, string)[])[("train", "car"), ("val", "road")])
            drop.Image($"{split}/a.png").Text($"{split}/_annotations.coco.json", $$"""{"images":[{"id":1,"file_name":"a.png"}],"annotations":[],"categories":[{"id":1,"name":"{{name}}"}]}""");

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("coco")));

        Assert.Contains("val/_annotations.coco.json calls category 1 'road', train/_annotations.coco.json calls it 'car'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_points_than_any_outline_has_are_a_finding_and_the_other_outlines_are_drawn()
    {
        var million = string.Join(',', Enumerable.Repeat("1,1", ShapeLimits.MaxPoints + 1));
        drop.Image("a.png").Text("a.json", $$"""{"images":[{"id":1,"file_name":"a.png"}],"categories":[{"id":1,"name":"car"}],"annotations":[{"id":7,"image_id":1,"category_id":1,"segmentation":[[{{million}}]]},{"id":8,"image_id":1,"category_id":1,"segmentation":[[0,0,32,0,32,24]]}]}""");

        var report = await drop.CheckAsync(Drop.Of("coco", AllTrain));

        Assert.Equal("Annotation 7: an outline has more than 1,000,000 points.", Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples).Detail);
        Assert.Equal(1, report.Usable);
    }

    [Theory]
    [InlineData("coco", "a.json", """{"images":[{"id":1,"file_name":"a.png"}],"annotations":[{"id":7,"segmentation":[[""", "1,1,", "an element is longer than")]
    [InlineData("cvat", "a.xml", "<annotations><version>1.1</version><image id=\"0\" name=\"a.png\"><polygon label=\"car\" points=\"", "1,1;", "a tag or a text is longer than")]
    public async Task A_billion_points_are_refused_before_they_fill_the_memory(string layout, string file, string head, string repeated, string said)
    {
        drop.Image("a.png").Text(file, head);
        await using (var list = new FileStream(Path.Combine(drop.Path, file), FileMode.Append))
        {
            var block = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(repeated, 1 << 18)));
            for (var i = 0; i < 200; i++)
                await list.WriteAsync(block);
        }

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of(layout, AllTrain)));

        Assert.Contains($"{file} is no", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shapes_of_one_image_without_end_leave_out_that_image_alone()
    {
        // 90 MiB of one image's outlines, as they are put aside.
        var ring = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"{i % 32},{i % 24}"));
        drop.Image("a.png").Image("b.png").Text("a.json", $$"""{"images":[{"id":1,"file_name":"a.png"},{"id":2,"file_name":"b.png"}],"categories":[{"id":1,"name":"car"}],"annotations":[{"id":0,"image_id":2,"category_id":1,"segmentation":[[0,0,32,0,32,24]]}{{string.Concat(Enumerable.Range(1, 60).Select(i => $$""",{"id":{{i}},"image_id":1,"category_id":1,"segmentation":[[{{ring}}]]}"""))}}]}""");

        var report = await drop.CheckAsync(Drop.Of("coco", AllTrain));

        var finding = Assert.Single(Drop.Find(report, FaultKind.MaskUnreadable)!.Examples);
        Assert.Equal("a.json#1", finding.File);
        Assert.StartsWith("The shapes of this image take", finding.Detail, StringComparison.Ordinal);
        Assert.Equal(1, report.Usable);
    }

    [Fact]
    public async Task A_picture_within_a_list_that_unpacks_without_end_is_a_finding()
    {
        using var bytes = new MemoryStream();
        await using (var zlib = new ZLibStream(bytes, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 100; i++)
                await zlib.WriteAsync(new byte[1 << 20]);
        }

        var bomb = Convert.ToBase64String(bytes.ToArray());
        var wide = Convert.ToBase64String(Files.PngOf(Files.PngHeader(60_000, 60_000, 8, 0), Files.PngChunk("IDAT", new byte[64]), Files.PngChunk("IEND", [])));
        drop.Image("ds/img/a.png").Text("meta.json", """{"classes":[{"title":"car"}]}""").Text(
            "ds/ann/a.png.json",
            $$$"""{"size":{"height":24,"width":32},"objects":[{"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"{{{bomb}}}","origin":[1,1]}},{"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"{{{wide}}}","origin":[1,1]}},{"classTitle":"car","geometryType":"rectangle","points":{"exterior":[[1,1],[5,5]]}}]}""");
        var before = GC.GetTotalAllocatedBytes();

        var report = await drop.CheckAsync(Drop.Of("supervisely", AllTrain));

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 400 << 20);
        Assert.Equal(["Object number 1: its picture unpacks to more than 67,108,864 bytes.", "Object number 2: its picture cannot be read: "], Drop.Find(report, FaultKind.RecordUnreadable)!.Examples.Select(fault => fault.Detail.Split(" read: ") is [var head, _] ? head + " read: " : fault.Detail));
        Assert.Equal(1, report.Usable);
    }

    [Fact]
    public void A_YAML_file_that_is_nested_without_end_is_refused_and_one_that_is_nested_is_read()
    {
        static string Nested(int depth) => $"names: [car]\nextra: {new string('[', depth)}{new string(']', depth)}\ntrain: a\n";

        Assert.Equal("it is nested more than 64 deep.", Assert.Throws<InvalidDataException>(() => YoloSpec.Read(Nested(500_000))).Message);
        Assert.Equal("a", Assert.Single(YoloSpec.Read(Nested(60)).Splits).Written);
    }

    [Fact]
    public async Task Another_order_of_labels_is_the_users_word_in_every_drawn_layout()
    {
        drop.Image("a.png").Text("a.json", """{"imagePath":"a.png","shapes":[{"label":"car","points":[[0,0],[32,0],[32,12],[0,12]]},{"label":"road","points":[[0,0],[32,0],[32,24],[0,24]]}]}""");

        var drawn = await drop.CheckAsync(Drop.Of("labelme", AllTrain));
        var ordered = await drop.CheckAsync(Drop.Of("labelme", AllTrain, new LabelSpec { Overlap = ["road", "car"] }));

        Assert.Equal((0, 256), (Drop.PixelsOf(drawn, "car"), Drop.PixelsOf(drawn, "road")));
        Assert.Equal((128, 128), (Drop.PixelsOf(ordered, "car"), Drop.PixelsOf(ordered, "road")));
        Assert.Equal(384, Drop.Find(ordered, FaultKind.ShapesOverlap)!.Pixels);
    }

    [Fact]
    public async Task Names_map_to_the_users_classes_as_those_of_mask_files_do_and_background_can_be_one()
    {
        drop.Image("a.png").Text("a.json", """{"imagePath":"a.png","shapes":[{"label":"Car","points":[[0,0],[32,0],[32,12],[0,12]]},{"label":"tree","points":[[0,12],[16,12],[16,24],[0,24]]}]}""");
        var labels = new LabelSpec
        {
            Classes = [new("car"), new("other")],
            Map = new Dictionary<string, System.Text.Json.JsonElement> { ["tree"] = System.Text.Json.JsonSerializer.SerializeToElement("ignore"), ["background"] = System.Text.Json.JsonSerializer.SerializeToElement("other") },
        };

        var report = await drop.CheckAsync(Drop.Of("labelme", AllTrain, labels));

        Assert.Equal((128, 64, 0), (Drop.PixelsOf(report, "car"), Drop.PixelsOf(report, "other"), report.UnknownPixels));
    }

    [Fact]
    public async Task A_list_of_more_categories_than_can_be_told_apart_is_read_with_the_users_classes()
    {
        drop.Image("a.png").Text("a.json", $$"""{"images":[{"id":1,"file_name":"a.png"}],"categories":[{{string.Join(',', Enumerable.Range(1, 400).Select(i => $$"""{"id":{{i}},"name":"c{{i}}"}"""))}}],"annotations":[{"id":8,"image_id":1,"category_id":400,"segmentation":[[0,0,32,0,32,24,0,24]]}]}""");

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("coco", AllTrain)));
        var report = await drop.CheckAsync(Drop.Of("coco", AllTrain, new LabelSpec { Classes = [new("c400")] }));

        Assert.Contains("400 classes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(256, Drop.PixelsOf(report, "c400"));
    }
}
