using RoadSeg.Datasets;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

/// <summary>The tables that presets hold, value by value. The files in tests/golden/labels were written from the publishers' own lists, not by the code:
/// mend them only when a publisher's list was copied wrongly.</summary>
public sealed class LabelTableTests : IDisposable
{
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Theory]
    [InlineData("camvid", "camvid", "train/a_1.png", "trainannot/a_1.png")]
    [InlineData("camvid-raw", "camvid-raw", "701/a_1.png", "L/a_1_L.png")]
    [InlineData("camvid-raw", "camvid-raw", "701/a_1.png", "L/a_1_L.png", "label_colors.txt")]
    [InlineData("camvid-kaggle", "camvid-raw", "train/a_1.png", "train_labels/a_1_L.png")]
    [InlineData("camvid-kaggle", "camvid-raw", "train/a_1.png", "train_labels/a_1_L.png", "class_dict.csv")]
    [InlineData("cityscapes", "cityscapes", "leftImg8bit/train/a/a_1_leftImg8bit.png", "gtFine/train/a/a_1_gtFine_labelIds.png")]
    [InlineData("kitti", "cityscapes", "training/image_2/1.png", "training/semantic/1.png")]
    [InlineData("bdd100k", "cityscapes-trainids", "images/10k/train/a.jpg", "labels/sem_seg/masks/train/a.png")]
    [InlineData("idd", "idd", "leftImg8bit/train/7/1_leftImg8bit.jpg", "gtFine/train/7/1_gtFine_labellevel3Ids.png")]
    [InlineData("idd-cityscapes", "cityscapes-trainids", "leftImg8bit/train/7/1_leftImg8bit.jpg", "gtFine/train/7/1_gtFine_labelcsTrainIds.png")]
    [InlineData("a2d2", "a2d2", "s/camera/cam_front_center/1_camera_frontcenter_1.png", "s/label/cam_front_center/1_label_frontcenter_1.png")]
    [InlineData("comma10k", "comma10k", "imgs/1.png", "masks/1.png")]
    public async Task Every_value_of_a_preset_means_the_class_that_its_publisher_says(string layout, string table, string image, string mask, string? list = null)
    {
        var rows = File.ReadLines(Checkout.File($"tests/golden/labels/{table}.txt")).Where(line => !line.StartsWith("# ", StringComparison.Ordinal)).Select(line => line.Split('\t')).ToList();
        var values = rows.Select(row => row[0][0] == '#' ? Packed(row[0]) : int.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture)).ToList();
        int Value(int x, int y) => values[(x + (y * Drop.Width)) % values.Count];
        drop.Image(image);
        if (rows[0][0][0] == '#')
            drop.Colors(mask, Value);
        else
            drop.Ids(mask, Value);
        if (list is not null)
            drop.Text(list, string.Concat(rows.Select(row => list == "class_dict.csv" ? $"{row[1]},{Rgb(row[0], ",")}\n" : $"{Rgb(row[0], " ")}\t\t{row[1]}\n")));

        var report = await drop.CheckAsync(Drop.Of(layout));

        Assert.Equal(rows.Select(row => $"{row[0]} {row[2]}").Order(StringComparer.Ordinal), report.Values.Select(value => $"{value.Value} {value.Class}").Order(StringComparer.Ordinal));
        Assert.Equal(0, report.UnknownPixels);

        // Classes that no value reaches would be learned from nothing.
        Assert.Equal(rows.Select(row => row[2]).Where(name => name != "ignore").Distinct().Order(StringComparer.Ordinal), report.Classes.Select(label => label.Name).Order(StringComparer.Ordinal));
        if (layout is "camvid-raw" or "camvid-kaggle" or "cityscapes" or "kitti" or "a2d2")
            Assert.Equal(rows.Select(row => $"{row[0]} {row[1]}").Order(StringComparer.Ordinal), report.Values.Select(value => $"{value.Value} {value.Name}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Values_beside_the_tables_are_unknown_and_not_guessed()
    {
        drop.Image("leftImg8bit/train/a/a_1_leftImg8bit.png").Ids("gtFine/train/a/a_1_gtFine_labelIds.png", (x, _) => x < 16 ? 7 : x < 24 ? 34 : 255);

        var report = await drop.CheckAsync(Drop.Of("cityscapes"));

        Assert.Equal(["255", "34"], report.Values.Where(value => value.Class == "unknown").Select(value => value.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Mapillary_2_reads_its_own_masks_and_list_and_not_those_of_1_2()
    {
        static string Config(params string[] names) =>
            $$"""{"labels":[{{string.Join(',', names.Select((name, i) => $$"""{"name":"x--{{name}}","readable":"{{name}}","color":[{{i}},7,9],"instances":false,"evaluate":{{(name == "Unlabeled" ? "false" : "true")}}}"""))}}]}""";
        drop.Text("config_v1.2.json", Config("Old", "Older", "Unlabeled")).Text("config_v2.0.json", Config("Curb", "Lane Marking - Dashed", "Crosswalk", "Unlabeled"));
        var palette = new LabelCatalogue([.. Enumerable.Range(0, 4).Select(i => new LabelClass(i, $"{i}", new RgbColor(7, (byte)i, 9)))], null);
        foreach (var split in new[] { "training", "validation" })
        {
            drop.Image($"{split}/images/x.jpg").Palette($"{split}/v1.2/labels/x.png", (_, _) => 1, palette);
            drop.Palette($"{split}/v2.0/labels/x.png", (x, _) => x / 8, palette);
        }

        var report = await drop.CheckAsync(Drop.Of("mapillary-v2"));

        Assert.Equal([("Curb", 128L), ("Lane Marking - Dashed", 128L), ("Crosswalk", 128L)], report.Classes.Select(label => (label.Name, label.Pixels)));
        Assert.Equal(("ignore", "Unlabeled"), report.Values.Where(value => value.Value == "3").Select(value => (value.Class, value.Name)).Single());
        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], report.Splits.Select(split => (split.Split, split.Images)));
        Assert.Equal(0, report.UnknownPixels);
    }

    private static int Packed(string color) => Convert.ToInt32(color[1..], 16);

    private static string Rgb(string color, string between) => string.Join(between, Convert.FromHexString(color[1..]));
}
