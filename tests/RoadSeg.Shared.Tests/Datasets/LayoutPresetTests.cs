using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

/// <summary>Each layout on a tiny set of exactly that form, with the traps of that form.</summary>
public sealed class LayoutPresetTests : IDisposable
{
    private const long Half = 128;
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task CamVid_in_SegNets_form_keeps_its_folders_as_splits_and_11_as_unlabelled()
    {
        drop.Image("train/0001TP_006690.png").Ids("trainannot/0001TP_006690.png", Drop.Halves(3, 11));
        drop.Image("val/0016E5_07959.png").Ids("valannot/0016E5_07959.png", Drop.Halves(8, 0));

        var report = await drop.CheckAsync(Drop.Of("camvid"));

        Assert.Equal([(Split.Train, 1, 1), (Split.Val, 1, 1)], report.Splits.Select(split => (split.Split, (int)split.Images, split.Groups)));
        Assert.Equal((Half, Half, Half), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car"), Drop.PixelsOf(report, "sky")));
        Assert.Empty(report.Faults);
        Assert.Equal(0, report.UnknownPixels);
    }

    [Fact]
    public async Task CamVid_with_a_label_file_takes_its_classes()
    {
        drop.Text("classes.json", """{"note":"x","ignoreId":2,"classes":[{"id":0,"name":"here","color":"#010203"},{"id":1,"name":"there","color":"#040506"}]}""");
        drop.Image("train/a_1.png").Ids("trainannot/a_1.png", Drop.Halves(1, 2));

        var report = await drop.CheckAsync(Drop.Of("camvid"));

        Assert.Equal(["here", "there"], report.Classes.Select(label => label.Name));
        Assert.Equal(Half, Drop.PixelsOf(report, "there"));
    }

    [Fact]
    public async Task CamVid_as_given_merges_32_colours_to_11_classes_and_splits_by_drive()
    {
        drop.Text("label_colors.txt", "64 128 64\tAnimal\n0 0 0\t\tVoid\n128 64 128  Road\n192 0 64\tLaneMkgsNonDriv\n128 128 192 RoadShoulder\n");
        foreach (var drive in new[] { "0001TP", "0006R0", "0016E5", "Seq05VD" })
        {
            for (var i = 0; i < 3; i++)
                drop.Image($"701_StillsRaw_full/{drive}_{i}.png").Colors($"LabeledApproved_full/{drive}_{i}_L.png", (x, y) => y < 12 ? (x < 16 ? 0x804080 : 0xC00040) : (x < 16 ? 0x8080C0 : 0));
        }

        var report = await drop.CheckAsync(Drop.Of("camvid-raw"));

        Assert.Equal((12, 12), ((int)report.Pairs, (int)report.Usable));
        Assert.Equal((12 * 128L, 12 * 64L), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "pavement")));
        Assert.Equal(0, report.UnknownPixels);
        Assert.Equal(SplitSource.Seed, report.SplitBy);
        Assert.Equal([2, 1, 1], report.Splits.Select(split => split.Groups));
    }

    [Fact]
    public async Task CamVid_in_Kaggles_form_warns_of_its_split()
    {
        drop.Text("class_dict.csv", "name,r,g,b\nSky,128,128,128\nCar,64,0,128\n");
        drop.Image("train/0001TP_1.png").Colors("train_labels/0001TP_1_L.png", Drop.Halves(0x808080, 0x400080));
        drop.Image("val/0001TP_2.png").Colors("val_labels/0001TP_2_L.png", Drop.Halves(0x808080, 0x400080));

        var report = await drop.CheckAsync(Drop.Of("camvid-kaggle"));

        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], report.Splits.Select(split => (split.Split, split.Images)));
        Assert.Contains(report.Notes, note => note.Contains("not the published one", StringComparison.Ordinal));
        Assert.Contains(report.Notes, note => note.Contains("0001TP", StringComparison.Ordinal));
        Assert.Equal((256, 256), (Drop.PixelsOf(report, "sky"), Drop.PixelsOf(report, "car")));
    }

    [Fact]
    public async Task Cityscapes_maps_label_ids_to_train_ids_and_leaves_the_other_pictures_alone()
    {
        const string Frame = "aachen/aachen_000000_000019";
        drop.Image($"leftImg8bit/train/{Frame}_leftImg8bit.png").Ids($"gtFine/train/{Frame}_gtFine_labelIds.png", (x, _) => x < 8 ? 7 : x < 16 ? 26 : x < 24 ? 18 : 0);
        drop.Colors($"gtFine/train/{Frame}_gtFine_color.png", (_, _) => 0x999999).Ids($"gtFine/train/{Frame}_gtFine_instanceIds.png", (_, _) => 9).Text($"gtFine/train/{Frame}_gtFine_polygons.json", "{}");

        var report = await drop.CheckAsync(Drop.Of("cityscapes"));

        Assert.Equal((1L, 1L), (report.Pairs, report.Usable));
        Assert.Equal((64, 64, 0), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car"), Drop.PixelsOf(report, "pole")));
        Assert.Empty(report.Faults);
        Assert.Equal("ignore", report.Values.Single(value => value.Name == "polegroup").Class);
    }

    [Fact]
    public async Task The_coarse_part_of_Cityscapes_is_left_out_with_a_reason_and_can_be_read_as_a_set_of_its_own()
    {
        drop.Image("leftImg8bit/train/aachen/aachen_000000_000019_leftImg8bit.png").Ids("gtFine/train/aachen/aachen_000000_000019_gtFine_labelIds.png", Drop.Halves(7, 26));
        drop.Ids("gtCoarse/train/aachen/aachen_000000_000019_gtCoarse_labelIds.png", Drop.Halves(7, 0));
        foreach (var city in new[] { "augsburg", "konigswinter" })
            drop.Image($"leftImg8bit/train_extra/{city}/{city}_000000_000001_leftImg8bit.png").Ids($"gtCoarse/train_extra/{city}/{city}_000000_000001_gtCoarse_labelIds.png", Drop.Halves(7, 0));
        var spec = Drop.Of("cityscapes");

        var report = await drop.CheckAsync(spec);
        var coarse = await drop.CheckAsync(spec with { Patterns = new("leftImg8bit/{split}_extra/{group}/{id}_leftImg8bit.{ext}", "gtCoarse/{split}_extra/{group}/{id}_gtCoarse_labelIds.png") });

        Assert.Equal(1, report.Usable);
        Assert.Contains("3 masks of gtCoarse and 2 images of train_extra, such as gtCoarse/train/aachen", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal((2L, 256L), (coarse.Usable, Drop.PixelsOf(coarse, "road")));
        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], coarse.Splits.Select(split => (split.Split, split.Images)));
        Assert.DoesNotContain(coarse.Notes, note => note.Contains("gtCoarse", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cityscapes_with_coarse_masks_alone_says_that_they_are_not_read()
    {
        drop.Image("leftImg8bit/train_extra/a/a_0_1_leftImg8bit.png").Ids("gtCoarse/train_extra/a/a_0_1_gtCoarse_labelIds.png", Drop.Halves(7, 0));

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("cityscapes")));

        Assert.Contains("1 masks of gtCoarse and 1 images of train_extra", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A2D2_reads_hexadecimal_names_merges_instances_and_splits_by_scene()
    {
        drop.Text("class_list.json", """{"#ff0000":"Car 1","#c80000":"Car 2","#ff00ff":"RD normal street","#48d1cc":"Ego car"}""");
        foreach (var scene in new[] { "20180807_145028", "20180810_142822", "20180925_101535", "20180925_112730" })
        {
            for (var i = 0; i < 2; i++)
            {
                var name = $"{scene.Replace("_", "", StringComparison.Ordinal)}_{{0}}_frontcenter_00000000{i}.png";
                drop.Image($"{scene}/camera/cam_front_center/{name.Replace("{0}", "camera", StringComparison.Ordinal)}");
                drop.Colors($"{scene}/label/cam_front_center/{name.Replace("{0}", "label", StringComparison.Ordinal)}", (x, _) => x < 8 ? 0xFF0000 : x < 16 ? 0xC80000 : x < 24 ? 0xFF00FF : 0x48D1CC);
            }
        }

        var report = await drop.CheckAsync(Drop.Of("a2d2"));

        Assert.Equal(8, report.Usable);
        Assert.Equal((8 * Half, 8 * 64), (Drop.PixelsOf(report, "Car"), Drop.PixelsOf(report, "RD normal street")));
        Assert.Equal([(Split.Train, 2), (Split.Val, 1), (Split.Test, 1)], report.Splits.Select(split => (split.Split, split.Groups)));
        Assert.Equal(35, report.Classes.Count);
        Assert.Equal(0, report.UnknownPixels);
    }

    [Fact]
    public async Task IDD_takes_jpegs_and_lists_an_id_that_its_level_does_not_have()
    {
        drop.Image("leftImg8bit/train/201/000123_leftImg8bit.jpg").Ids("gtFine/train/201/000123_gtFine_labellevel3Ids.png", (x, _) => x < 16 ? 8 : x < 30 ? 255 : 26);

        var report = await drop.CheckAsync(Drop.Of("idd"));

        Assert.Equal(Half, Drop.PixelsOf(report, "autorickshaw"));
        Assert.Equal(("26", 48L), (report.Values.Single(value => value.Class == "unknown").Value, report.UnknownPixels));
    }

    [Fact]
    public async Task IDD_without_generated_masks_says_what_is_looked_for()
    {
        drop.Image("leftImg8bit/train/201/1_leftImg8bit.png").Text("gtFine/train/201/1_gtFine_polygons.json", "{}");

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("idd")));

        Assert.Contains("_gtFine_labellevel3Ids.png", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BDD100K_reads_train_ids_and_not_its_colour_maps()
    {
        drop.Image("images/10k/train/a.jpg").Ids("labels/sem_seg/masks/train/a.png", Drop.Halves(13, 255)).Colors("labels/sem_seg/colormaps/train/a.png", (_, _) => 5);
        drop.Image("images/10k/val/b.jpg").Ids("labels/sem_seg/masks/val/b.png", Drop.Halves(0, 7));

        var report = await drop.CheckAsync(Drop.Of("bdd100k"));

        Assert.Equal((2L, Half, Half), (report.Usable, Drop.PixelsOf(report, "car"), Drop.PixelsOf(report, "traffic sign")));
        Assert.Empty(report.Faults);
    }

    [Fact]
    public async Task KITTI_reads_Cityscapes_label_ids_and_is_divided_by_seed()
    {
        for (var i = 0; i < 10; i++)
            drop.Image($"training/image_2/{i:D6}_10.png").Ids($"training/semantic/{i:D6}_10.png", Drop.Halves(7, 26)).Colors($"training/semantic_rgb/{i:D6}_10.png", (_, _) => 1);
        drop.Image("testing/image_2/000000_10.png");

        var report = await drop.CheckAsync(Drop.Of("kitti"));

        Assert.Equal([8L, 1L, 1L], report.Splits.Select(split => split.Images));
        Assert.Equal(10 * Half, Drop.PixelsOf(report, "car"));
        Assert.Empty(report.Faults);
    }

    [Fact]
    public async Task Mapillary_reads_palette_indices_by_its_list_and_leaves_out_what_is_not_evaluated()
    {
        drop.Text("config_v1.2.json", """{"labels":[{"name":"a--bird","readable":"Bird","color":[165,42,42],"instances":true,"evaluate":true},{"name":"b--road","readable":"Road","color":[128,64,128],"instances":false,"evaluate":true},{"name":"c--lane","readable":"Lane","color":[128,64,128],"instances":false,"evaluate":true},{"name":"void--unlabeled","readable":"Unlabeled","color":[0,0,0],"instances":false,"evaluate":false}]}""");

        // The palette's colours are others than the list's: only the indices count.
        var palette = new LabelCatalogue([.. Enumerable.Range(0, 4).Select(i => new LabelClass(i, $"{i}", new RgbColor(7, (byte)i, 9)))], null);
        drop.Image("training/images/x.jpg").Palette("training/v1.2/labels/x.png", (x, _) => x < 8 ? 0 : x < 16 ? 1 : x < 24 ? 2 : 3, palette);

        var report = await drop.CheckAsync(Drop.Of("mapillary"));

        Assert.Equal([("Bird", 64L), ("Road", 64L), ("Lane", 64L)], report.Classes.Select(label => (label.Name, label.Pixels)));
        Assert.Equal(3, report.Classes.Select(label => label.Color).Distinct().Count());
        Assert.Equal("ignore", report.Values.Single(value => value.Value == "3").Class);
    }

    [Fact]
    public async Task COCO_Stuff_names_ids_by_its_list_which_counts_one_higher()
    {
        drop.Text("labels.txt", "0: unlabeled\n1: person\n2: bicycle\n");
        drop.Image("train2017/000000000009.jpg").Ids("stuffthingmaps/train2017/000000000009.png", (x, _) => x < 8 ? 0 : x < 16 ? 1 : 255);

        var report = await drop.CheckAsync(Drop.Of("coco-stuff"));

        Assert.Equal([("person", 64L), ("bicycle", 64L)], report.Classes.Select(label => (label.Name, label.Pixels)));
        Assert.Equal([Split.Train], report.Splits.Select(split => split.Split));
        Assert.Equal(0, report.UnknownPixels);
    }

    [Fact]
    public async Task COCO_panoptic_reads_segment_numbers_of_three_bytes_and_lists_what_is_missing()
    {
        drop.Text("annotations/panoptic_train2017.json", """
            {"info":{"skip":[1,[2,3]],"me":"}"},"images":[{"id":1}],"annotations":[
              {"file_name":"000000000009.png","image_id":9,"segments_info":[{"id":3226956,"category_id":1,"area":1,"bbox":[0,0,1,1],"iscrowd":0},{"id":5,"category_id":200,"area":1,"bbox":[0,0,1,1],"iscrowd":0}]},
              {"file_name":"000000000025.png","image_id":25,"segments_info":[]}],
             "categories":[{"id":1,"name":"person","isthing":1,"color":[220,20,60]},{"id":200,"name":"rug","isthing":0,"color":[1,2,3]}]}
            """);
        // 3226956 = 0x313D4C: R 0x4C, G 0x3D, B 0x31.
        drop.Image("train2017/000000000009.jpg").Colors("annotations/panoptic_train2017/000000000009.png", (x, _) => x < 8 ? 0x4C3D31 : x < 16 ? 0x050000 : x < 30 ? 0 : 0x0A0000);

        var report = await drop.CheckAsync(Drop.Of("coco-panoptic"));

        Assert.Equal((64, 64), (Drop.PixelsOf(report, "person"), Drop.PixelsOf(report, "rug")));
        Assert.Equal(48, report.UnknownPixels);
        Assert.Equal("segment that is not listed", report.Values.Single(value => value.Class == "unknown").Value);
        Assert.Contains("000000000025.png", Drop.Find(report, FaultKind.ListedFileMissing)!.Examples[0].File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comma10k_reads_its_five_colours_and_takes_names_that_end_in_nine_as_val()
    {
        drop.Image("imgs/0000_0085e9e41513078a_2018-08-19--13-26-08_11_864.png").Colors("masks/0000_0085e9e41513078a_2018-08-19--13-26-08_11_864.png", Drop.Halves(0x402020, 0xCC00FF));
        drop.Image("imgs/0009_0085e9e41513078a_2018-08-19--13-26-08_11_869.png").Colors("masks/0009_0085e9e41513078a_2018-08-19--13-26-08_11_869.png", Drop.Halves(0x808060, 0x00FF66));

        var report = await drop.CheckAsync(Drop.Of("comma10k"));

        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], report.Splits.Select(split => (split.Split, split.Images)));
        Assert.Equal([Half, 0, Half, Half, Half], report.Classes.Select(label => label.Pixels));
        Assert.Contains(report.Notes, note => note.Contains("several splits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CVATs_masks_are_read_by_colour_and_black_is_background()
    {
        drop.Text("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad:128,64,128::\ncar:64,0,128::\n").Text("ImageSets/Segmentation/default.txt", "a\nsub/b\n");
        drop.Image("JPEGImages/a.jpg").Colors("SegmentationClass/a.png", (x, _) => x < 8 ? 0x804080 : x < 16 ? 0x400080 : 0).Colors("SegmentationObject/a.png", (_, _) => 0x800000);
        var palette = new LabelCatalogue([new LabelClass(0, "b", default), new LabelClass(1, "r", RgbColor.Parse("#804080"))], null);
        drop.Image("JPEGImages/sub/b.jpg").Palette("SegmentationClass/sub/b.png", Drop.Halves(1, 0), palette);

        var report = await drop.CheckAsync(Drop.Of("cvat-mask"));

        Assert.Equal([("road", 64 + Half), ("car", 64L)], report.Classes.Select(label => (label.Name, label.Pixels)));
        Assert.Equal(2, report.Usable);
        Assert.Empty(report.Faults);
    }

    [Fact]
    public async Task Hugging_Face_folders_are_read_by_their_lists()
    {
        drop.Text("id2label.json", """{"0":"road","1":"car"}""");
        drop.Image("train/images/1.png").Ids("train/labels/1.png", Drop.Halves(0, 255)).Text("train/metadata.jsonl", """{"image_file_name":"images/1.png","label_file_name":"labels/1.png","group":"a"}""" + "\n");
        drop.Image("validation/x.png").Ids("validation/y.png", Drop.Halves(1, 0)).Text("validation/metadata.csv", "file_name,\"mask_file_name\"\nx.png,y.png\nx.png,gone.png\n");

        var report = await drop.CheckAsync(Drop.Of("huggingface"));

        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], report.Splits.Select(split => (split.Split, split.Images)));
        Assert.Equal((256, Half), (Drop.PixelsOf(report, "road"), Drop.PixelsOf(report, "car")));
        Assert.Equal(1, Drop.Find(report, FaultKind.ListedFileMissing)!.Count);
    }

    // One odd line refused the whole set.
    [Theory]
    [InlineData("{\"image\":\"images/0.png\"}", "it names no mask")]
    [InlineData("{\"image\":null,\"label\":\"labels/0.png\"}", "it names no image")]
    [InlineData("[1]", "it is no JSON object.")]
    [InlineData("{", "it is no JSON object.")]
    public async Task An_odd_line_of_a_Hugging_Face_list_is_a_finding_and_the_others_are_read(string odd, string detail)
    {
        drop.Text("id2label.json", """{"0":"road","1":"car"}""").Image("train/images/1.png").Ids("train/labels/1.png", Drop.Halves(0, 1));
        drop.Text("train/metadata.jsonl", odd + "\n" + """{"image":"images/1.png","label":"labels/1.png"}""" + "\n");

        var report = await drop.CheckAsync(Drop.Of("huggingface"));

        Assert.Equal(1, report.Pairs);
        Assert.StartsWith("Line 1: " + detail, Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples).Detail, StringComparison.Ordinal);
    }

    // One odd annotation refused the whole list.
    [Theory]
    [InlineData("null", "it is no object.")]
    [InlineData("{\"file_name\":7}", "\"file_name\" is no text.")]
    [InlineData("{\"file_name\":\"a.png\"}", "it has no \"segments_info\".")]
    [InlineData("{\"file_name\":\"a.png\",\"segments_info\":[{\"id\":1}]}", "it has no \"category_id\".")]
    public async Task An_odd_annotation_of_a_panoptic_list_is_a_finding_and_the_others_are_read(string odd, string detail)
    {
        const string Good = """{"file_name":"b.png","segments_info":[{"id":1,"category_id":3}]}""";
        drop.Image("train2017/a.jpg").Colors("panoptic_train2017/a.png", (_, _) => 0x010000).Image("train2017/b.jpg").Colors("panoptic_train2017/b.png", (_, _) => 0x010000);
        drop.Text("annotations/panoptic_train2017.json", $$"""{"annotations":[{{odd}},{{Good}}],"categories":[{"id":3,"name":"car","color":["x"]}]}""");

        var report = await drop.CheckAsync(Drop.Of("coco-panoptic"));

        Assert.Equal(1, report.Pairs);
        Assert.Equal("Annotation number 1 of the list: " + detail, Assert.Single(Drop.Find(report, FaultKind.RecordUnreadable)!.Examples).Detail);
    }

    [Fact]
    public async Task Hugging_Face_lists_that_name_images_elsewhere_keep_their_identifiers()
    {
        drop.Text("id2label.json", """{"0":"road","1":"car"}""");
        for (var i = 0; i < 3; i++)
            drop.Image($"images/{i}.png").Ids($"labels/{i}.png", Drop.Halves(0, 1));
        drop.Text("train/metadata.jsonl", """{"image":"images/0.png","label":"labels/0.png"}""" + "\n");
        drop.Text("validation/metadata.jsonl", """{"image":"images/1.png","label":"labels/1.png"}""" + "\n" + """{"image":"images/2.png","label":"labels/2.png"}""" + "\n");

        var set = await drop.CuratedAsync(Drop.Of("huggingface"));

        Assert.Equal(["images/1", "images/2"], set.Samples(Split.Val).Select(sample => sample.Id));
        Assert.Equal(["images/0"], set.Samples(Split.Train).Select(sample => sample.Id));
    }

    [Fact]
    public async Task Lists_written_on_another_machine_find_their_files()
    {
        drop.Image("train/a.png").Ids("trainannot/a.png", Drop.Halves(0, 1)).Text("train.txt", "/SegNet/CamVid/train/a.png /SegNet/CamVid/trainannot/a.png\n");
        drop.Image("val/b.png").Ids("valannot/b.png", Drop.Halves(0, 1)).Text("val.txt", "val/b.png,valannot/b.png\n../../../etc/passwd,valannot/b.png\n");

        var report = await drop.CheckAsync(Drop.Of("lists", labels: new LabelSpec { Classes = [new("road"), new("car")] }));

        Assert.Equal([(Split.Train, 1L), (Split.Val, 1L)], report.Splits.Select(split => (split.Split, split.Images)));
        Assert.Equal(1, Drop.Find(report, FaultKind.ListedFileMissing)!.Count);
    }

    [Fact]
    public async Task Plain_pairs_are_matched_by_every_name_that_both_patterns_have()
    {
        foreach (var camera in new[] { "left", "right" })
            drop.Image($"raw/d1/{camera}/7.jpg").Ids($"mask/{camera}/d1-7-gt.png", Drop.Halves(0, 1));
        drop.Image("raw/d2/left/8.jpg");

        var report = await drop.CheckAsync(Drop.Of("pairs", new SplitSpec { Train = 1, Val = 0, Test = 0 }, new LabelSpec { Classes = [new("road"), new("car")] }) with { Patterns = new("raw/{group}/{camera}/{id}.{ext}", "mask/{camera}/{group}-{id}-gt.png") });

        Assert.Equal((2, 1), ((int)report.Usable, report.Splits[0].Groups));
        Assert.Equal("raw/d2/left/8.jpg", Drop.Find(report, FaultKind.ImageWithoutMask)!.Examples[0].File);
    }

    [Fact]
    public async Task A_layout_whose_masks_are_not_there_says_where_it_looked()
    {
        drop.Image("a.png");

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => drop.CheckAsync(Drop.Of("comma10k")));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains("masks/{id}.png", refusal.Message, StringComparison.Ordinal);
    }
}
