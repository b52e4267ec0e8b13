using RoadSeg.Datasets;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

/// <summary>One odd line or member of a table or a list used to refuse the whole set.</summary>
public sealed class OddRecordTests : IDisposable
{
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Theory]
    [InlineData("cvat-mask", "labelmap.txt", "road:128,64,128::\nx:1,2\ncar:64,0,128::\n", "Line 2: 'x:1,2' is not name:R,G,B:parts:actions.")]
    [InlineData("camvid-raw", "label_colors.txt", "128 64 128 Road\n1 2 999 Over\n64 0 128 Car\n", "Line 2: '1 2 999 Over' is no name with three numbers of 0-255.")]
    [InlineData("camvid-kaggle", "class_dict.csv", "name,r,g,b\nRoad,128,64,128\nlost\nCar,64,0,128\n", "Line 3: 'lost' is no name with three numbers of 0-255.")]
    [InlineData("coco-stuff", "labels.txt", "1: road\nx\n2: car\n", "Line 2: 'x' is not number: name.")]
    [InlineData("coco-stuff", "labels.txt", "1: road\n7:\n2: car\n", "Line 2: its name is empty.")]
    [InlineData("a2d2", "class_list.json", """{"#804080":"RD normal street","red":"Car","#400080":"Car 1"}""", "Member number 2: the colour is not #rrggbb.")]
    [InlineData("a2d2", "class_list.json", """{"#804080":"RD normal street","#010203":null,"#400080":"Car 1"}""", "Member number 2: the value is no text.")]
    [InlineData("huggingface", "id2label.json", """{"0":"road","x":"y","1":"car"}""", "Member number 2: the id is no whole number.")]
    [InlineData("huggingface", "id2label.json", """{"0":"road","2":7,"1":"car"}""", "Member number 2: the value is no text.")]
    [InlineData("mapillary", "config.json", """{"labels":[{"readable":"Road","evaluate":true,"color":[1,2,3]},{"readable":"Car","evaluate":true},{"readable":"Lost"}]}""", "Label 2: it has no \"evaluate\" of true or false.")]
    [InlineData("lists", "train.txt", "i/1.png m/1.png\ni/1.png\ni/2.png m/2.png\n", "Line 2: 'i/1.png' has 1 paths")]
    public async Task One_is_a_finding_with_its_name_and_the_others_hold(string layout, string list, string text, string detail)
    {
        Pairs(layout).Text(list, text);

        var report = await drop.CheckAsync(Spec(layout));

        var finding = Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples);
        Assert.Equal(list, finding.File);
        Assert.StartsWith(detail, finding.Detail, StringComparison.Ordinal);
        Assert.Equal((2L, 0L), (report.Usable, report.UnknownPixels));
    }

    [Theory]
    [InlineData("cvat-mask", "labelmap.txt", "x\ny\n")]
    [InlineData("camvid-raw", "label_colors.txt", "x\ny\n")]
    [InlineData("camvid-raw", "label_colors.txt", "")]
    [InlineData("camvid-kaggle", "class_dict.csv", "name,r,g,b\nx\n")]
    [InlineData("camvid", "classes.json", "null")]
    [InlineData("camvid", "classes.json", "{}")]
    [InlineData("camvid", "classes.json", """{"classes":[{"id":0,"color":"#010203"}]}""")]
    [InlineData("camvid", "classes.json", """{"classes":[{"id":0,"name":"x","color":7}]}""")]
    [InlineData("camvid", "classes.json", """{"classes":[null]}""")]
    [InlineData("camvid", "classes.json", """{"classes":[{"id":5,"name":"x","color":"#010203"}]}""")]
    [InlineData("coco-stuff", "labels.txt", "x\ny\n")]
    [InlineData("a2d2", "class_list.json", "[]")]
    [InlineData("a2d2", "class_list.json", """{"x":"y"}""")]
    [InlineData("huggingface", "id2label.json", "{")]
    [InlineData("huggingface", "id2label.json", """{"x":"y"}""")]
    [InlineData("mapillary", "config.json", """{"labels":{}}""")]
    [InlineData("mapillary", "config.json", """{"labels":[{}]}""")]
    [InlineData("lists", "train.txt", "x\ny\n")]
    public async Task A_table_or_list_of_which_nothing_can_be_read_is_refused_by_name(string layout, string list, string text)
    {
        Pairs(layout).Text(list, text);

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Spec(layout)));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains(list, refusal.Message, StringComparison.Ordinal);
        JsonFaultTests.IsForPeople(refusal.Message);
    }

    [Fact]
    public async Task A_line_longer_than_any_list_has_is_a_finding_and_the_next_one_is_read()
    {
        Pairs("huggingface").Text("id2label.json", """{"0":"road","1":"car"}""").Text("train/metadata.jsonl", $$"""{"image":"images/1.png","label":"{{new string('x', 2_000_000)}}"}""" + "\n" + """{"image":"images/2.png","label":"labels/2.png"}""" + "\n");

        var report = await drop.CheckAsync(Spec("huggingface"));

        Assert.Equal("Line 1: it is longer than 1,048,576 characters.", Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples).Detail);
        Assert.Equal(1, report.Pairs);
    }

    private static DatasetSpec Spec(string layout) => Drop.Of(layout, labels: layout == "lists" ? new LabelSpec { Classes = [new("road"), new("car")] } : null);

    private Drop Pairs(string layout)
    {
        for (var i = 1; i <= 2; i++)
        {
            _ = layout switch
            {
                "cvat-mask" => drop.Image($"JPEGImages/{i}.jpg").Colors($"SegmentationClass/{i}.png", Drop.Halves(0x804080, 0x400080)),
                "camvid-raw" => drop.Image($"701/{i}_1.png").Colors($"L/{i}_1_L.png", Drop.Halves(0x804080, 0x400080)),
                "camvid-kaggle" => drop.Image($"train/{i}_1.png").Colors($"train_labels/{i}_1_L.png", Drop.Halves(0x804080, 0x400080)),
                "camvid" => drop.Image($"train/{i}_1.png").Ids($"trainannot/{i}_1.png", Drop.Halves(0, 1)),
                "coco-stuff" => drop.Image($"train2017/{i}.jpg").Ids($"stuffthingmaps/train2017/{i}.png", Drop.Halves(0, 1)),
                "a2d2" => drop.Image($"s{i}/camera/c/1_camera_1.png").Colors($"s{i}/label/c/1_label_1.png", Drop.Halves(0x804080, 0x400080)),
                "huggingface" => drop.Image($"train/images/{i}.png").Ids($"train/labels/{i}.png", Drop.Halves(0, 1)).Text("train/metadata.jsonl", """{"image":"images/1.png","label":"labels/1.png"}""" + "\n" + """{"image":"images/2.png","label":"labels/2.png"}""" + "\n"),
                "mapillary" => drop.Image($"training/images/{i}.jpg").Ids($"training/labels/{i}.png", Drop.Halves(0, 1)),
                _ => drop.Image($"i/{i}.png").Ids($"m/{i}.png", Drop.Halves(0, 1)),
            };
        }

        return drop;
    }
}
