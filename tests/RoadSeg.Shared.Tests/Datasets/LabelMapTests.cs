using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

public sealed class LabelMapTests
{
    private static readonly PatternSpec Folders = new("images/{id}.{ext}", "labels/{id}.png");

    [Theory]
    [InlineData("""{"#0a141e":"road","#c80000":"car"}""")]
    [InlineData("""{"10,20,30":"road","200, 0, 0":"car"}""")]
    [InlineData("""{"#0a141e":0,"200,0,0":1}""")]
    public async Task Colours_are_named_in_hexadecimal_or_by_three_numbers(string map)
    {
        using var drop = new Drop { Spec = Colored(map) };
        drop.Image("images/a.png").Colors("labels/a.png", Drop.Halves(0x0A141E, 0xC80000));

        var report = await drop.CheckAsync();

        Assert.Equal((128, 128), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Empty(report.Faults);
    }

    [Fact]
    public async Task Ids_and_palette_indices_are_read_as_stored_and_not_as_their_colours()
    {
        using var drop = new Drop { Spec = With("""{"7":"road","3":"car"}""", MaskEncoding.Id) };
        var palette = new LabelCatalogue([.. Enumerable.Range(0, 8).Select(i => new LabelClass(i, $"{i}", new RgbColor((byte)(9 * i), 1, 2)))], null);
        drop.Image("images/a.png").Ids("labels/a.png", Drop.Halves(7, 3));
        drop.Image("images/b.png").Palette("labels/b.png", Drop.Halves(7, 3), palette);

        var report = await drop.CheckAsync();

        Assert.Equal((256, 256), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Equal(["3", "7"], report.Values.Select(value => value.Value).Order());
    }

    [Fact]
    public async Task The_colours_of_a_palette_picture_are_read_where_the_map_is_of_colours()
    {
        using var drop = new Drop { Spec = Colored("""{"#0a141e":"road","#c80000":"car"}""") };
        var palette = new LabelCatalogue([new LabelClass(0, "x", RgbColor.Parse("#c80000")), new LabelClass(1, "y", RgbColor.Parse("#0a141e"))], null);
        drop.Image("images/a.png").Palette("labels/a.png", Drop.Halves(1, 0), palette);

        var report = await drop.CheckAsync();

        Assert.Equal((128, 128), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
    }

    [Fact]
    public async Task An_unknown_value_stays_unlabelled_and_is_listed_with_its_pixels()
    {
        using var drop = new Drop { Spec = Colored("""{"#0a141e":"road"}""") with { MaxUnknownShare = 0.6 } };
        drop.Image("images/a.png").Colors("labels/a.png", Drop.Halves(0x0A141E, 0x010203));

        var report = await drop.CheckAsync();

        var unknown = report.Values.Single(value => value.Class == "unknown");
        Assert.Equal(("#010203", 384L, 1L), (unknown.Value, unknown.Pixels, unknown.Images));
        Assert.Equal(384, report.UnknownPixels);
        Assert.Equal(0, Drop.PixelsOf(report, "car"));
        var fault = Drop.Find(report, FaultKind.UnknownValues)!;
        Assert.Equal((1, 384), (fault.Count, fault.Pixels));
        Assert.Contains("#010203 on 384 pixels", fault.Examples[0].Detail, StringComparison.Ordinal);
        Assert.Null(report.Problem);
    }

    [Fact]
    public async Task More_unknown_pixels_than_allowed_refuse_the_set_and_name_the_values()
    {
        using var drop = new Drop { Spec = Colored("""{"#0a141e":"road"}""") };
        drop.Image("images/a.png").Colors("labels/a.png", Drop.Halves(0x0A141E, 0x010203));
        drop.Image("images/b.png").Colors("labels/b.png", (_, _) => 0x040506);

        var (report, set) = await drop.CurateAsync();

        Assert.Null(set);
        Assert.Equal(ErrorCodes.DatasetLabelsUnknown, Assert.Throws<RoadSegException>(report.ThrowIfUnusable).Code);
        Assert.Contains("#040506 on 768 pixels, #010203 on 384 pixels", report.Problem!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_colour_for_two_classes_is_ambiguous_and_maps_to_neither()
    {
        var map = new LabelMap(BuiltInCatalogues.Cityscapes19, MaskEncoding.Color, [new(0x999999, "pole", 5), new(0x999999, "polegroup", null), new(0x804080, "road", 0), new(0x804080, "street", 0)]);

        Assert.False(map.TryGet(0x999999, out _));
        Assert.Equal("pole / polegroup", map.Ambiguous[0x999999]);
        Assert.True(map.TryGet(0x804080, out var road));
        Assert.Equal((0, "road / street"), (road!.ClassId, road.Name));
    }

    [Fact]
    public async Task The_pixels_of_an_ambiguous_colour_are_counted_and_left_unlabelled()
    {
        using var drop = new Drop { Spec = Drop.Of("a2d2") with { MaxUnknownShare = 1 } };
        drop.Text("class_list.json", """{"#ff0000":"Car 1","#ff00ff":"RD normal street","#FF0000":"Sky"}""");
        drop.Image("s/camera/cam_front_center/1_camera_frontcenter_1.png").Colors("s/label/cam_front_center/1_label_frontcenter_1.png", Drop.Halves(0xFF0000, 0xFF00FF));

        var report = await drop.CheckAsync();

        Assert.Equal(384, Drop.Find(report, FaultKind.AmbiguousValues)!.Pixels);
        Assert.Equal("ambiguous", report.Values.Single(value => value.Value == "#ff0000").Class);
        Assert.Equal(0, Drop.PixelsOf(report, "Car"));
    }

    [Theory]
    [InlineData("""{"7":"road"}""", MaskEncoding.Color, "the masks hold colours")]
    [InlineData("""{"#ff0000":"road"}""", MaskEncoding.Id, "the masks hold ids")]
    [InlineData("""{"#ff00":"road"}""", MaskEncoding.Color, "is not a colour")]
    [InlineData("""{"7":"tram"}""", MaskEncoding.Id, "is no class of the catalogue")]
    [InlineData("""{"7":2}""", MaskEncoding.Id, "is no class of the catalogue")]
    [InlineData("""{"asphalt":"road"}""", MaskEncoding.Id, "the layout lists no names")]
    public async Task A_map_that_cannot_be_meant_is_refused(string map, MaskEncoding encoding, string message)
    {
        using var drop = new Drop { Spec = With(map, encoding) };
        drop.Image("images/a.png").Ids("labels/a.png", Drop.Halves(0, 1));

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync());

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_the_source_can_be_mapped_and_the_users_word_wins()
    {
        var map = Parse("""{"Sky":"ignore","#400080":"road","Tree":"plant"}""");
        using var drop = new Drop { Spec = Drop.Of("camvid-raw", labels: new LabelSpec { Classes = [new("road"), new("plant"), new("Building")], Map = map }) with { MaxUnknownShare = 1 } };
        drop.Image("701/0001TP_1.png").Colors("L/0001TP_1_L.png", (x, _) => x < 8 ? 0x808080 : x < 16 ? 0x400080 : x < 24 ? 0x808000 : 0x800000);

        var report = await drop.CheckAsync();

        // Road's own colour is absent; Building carries over because the name is equal; what has no equal is listed, not guessed.
        Assert.Equal([64, 64, 64], report.Classes.Select(label => label.Pixels));
        Assert.Equal("ignore", report.Values.Single(value => value.Name == "Sky").Class);
    }

    [Fact]
    public async Task A_class_of_ones_own_takes_the_label_of_its_name_that_the_preset_leaves_out()
    {
        using var drop = new Drop { Spec = Drop.Of("cityscapes", labels: new LabelSpec { Classes = [new("road"), new("parking"), new("Guard Rail")] }) };
        drop.Image("leftImg8bit/train/a/a_1_leftImg8bit.png").Ids("gtFine/train/a/a_1_gtFine_labelIds.png", (x, _) => x < 8 ? 7 : x < 16 ? 9 : x < 24 ? 14 : 4);

        var report = await drop.CheckAsync();

        Assert.Equal([64, 64, 64], report.Classes.Select(label => label.Pixels));
        Assert.Equal("ignore", report.Values.Single(value => value.Name == "static").Class);
        Assert.Equal(0, report.UnknownPixels);
    }

    [Theory]
    [InlineData("a2d2", "a2d2-35", "s/camera/c/1_camera_1.png", "s/label/c/1_label_1.png", 0xC80000, "Car", 0x00C800, "Small vehicles")]
    [InlineData("camvid-raw", "camvid-11", "701/a_1.png", "L/a_1_L.png", 0x0000C0, "pavement", 0x4080C0, "car")]
    public async Task Naming_the_presets_own_catalogue_keeps_its_merge(string layout, string catalogue, string image, string mask, int left, string leftClass, int right, string rightClass)
    {
        using var drop = new Drop { Spec = Drop.Of(layout, labels: new LabelSpec { Catalogue = catalogue }) };
        drop.Image(image).Colors(mask, Drop.Halves(left, right));

        var report = await drop.CheckAsync();

        Assert.Equal((128, 128, 0), (Drop.PixelsOf(report, leftClass), Drop.PixelsOf(report, rightClass), report.UnknownPixels));
    }

    [Fact]
    public async Task Reduced_labels_move_what_is_ignored_and_what_nobody_mapped_by_one_like_the_classes()
    {
        using var drop = new Drop { Spec = Drop.Of("huggingface", labels: new LabelSpec { Classes = [new("wall"), new("building")], Map = Parse("""{"sky":"ignore"}"""), ReduceLabels = true }) with { MaxUnknownShare = 1 } };
        drop.Text("id2label.json", """{"0":"wall","1":"building","2":"sky","3":"tree"}""").Text("train/metadata.jsonl", """{"image":"1.png","label":"2.png"}""");
        drop.Image("train/1.png").Ids("train/2.png", (x, y) => y < 12 ? (x < 16 ? 0 : 255) : 1 + (x / 8));

        var report = await drop.CheckAsync();

        Assert.Equal(
            [("0", "unlabelled", "ignore"), ("1", "wall", "wall"), ("2", "building", "building"), ("255", "unlabelled", "ignore"), ("3", "sky", "ignore"), ("4", "tree", "unknown")],
            report.Values.Select(value => (value.Value, value.Name, value.Class)).Order());
        Assert.Null(Drop.Find(report, FaultKind.AmbiguousValues));
    }

    [Fact]
    public async Task Reduced_labels_count_from_one_and_keep_nought_for_unlabelled()
    {
        using var drop = new Drop { Spec = Drop.Of("pairs", labels: new LabelSpec { Classes = [new("road"), new("car")], ReduceLabels = true }) with { Patterns = Folders } };
        drop.Image("images/a.png").Ids("labels/a.png", (x, _) => x < 8 ? 0 : x < 16 ? 1 : 2);

        var report = await drop.CheckAsync();

        Assert.Equal((64, 128), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Equal("ignore", report.Values.Single(value => value.Value == "0").Class);
    }

    [Fact]
    public void The_same_map_has_the_same_hash_and_another_has_another()
    {
        var entries = new LabelEntry[] { new(1, "a", 0), new(2, "b", 1) };
        var map = new LabelMap(BuiltInCatalogues.CamVid11, MaskEncoding.Id, entries);

        Assert.Equal(map.Sha256, new LabelMap(BuiltInCatalogues.CamVid11, MaskEncoding.Id, [entries[1], entries[0]]).Sha256);
        Assert.NotEqual(map.Sha256, new LabelMap(BuiltInCatalogues.CamVid11, MaskEncoding.Id, [entries[0], entries[1] with { ClassId = 2 }]).Sha256);
        Assert.NotEqual(map.Sha256, new LabelMap(BuiltInCatalogues.CamVid11, MaskEncoding.Color, entries).Sha256);
    }

    private static Dictionary<string, JsonElement> Parse(string map) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(map)!;

    private static DatasetSpec Colored(string map) => With(map, MaskEncoding.Color);

    private static DatasetSpec With(string map, MaskEncoding encoding) =>
        Drop.Of("pairs", new SplitSpec { Train = 1, Val = 0, Test = 0 }, new LabelSpec { Classes = [new("road"), new("car")], Encoding = encoding, Map = Parse(map) }) with { Patterns = Folders };
}
