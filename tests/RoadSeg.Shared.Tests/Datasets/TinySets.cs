using System.IO.Compression;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Results;

namespace RoadSeg.Tests.Datasets;

/// <summary>A set of every layout and export, each of a few tiny images, on a disk for a test that damages them.</summary>
/// <param name="Name">Layout or export.</param>
/// <param name="Folder">Where its files lie.</param>
/// <param name="Check">Reads it whole: an archive is unpacked, a curated set is exported too.</param>
internal sealed record TinySet(string Name, string Folder, Func<CancellationToken, Task<DatasetReport?>> Check)
{
    // Small limits: a damaged header must not cost a minute of zeros.
    private static readonly DatasetOptions Options = new() { Concurrency = 2, ShardBytes = 1 << 16, Limits = new ImageLimits(MaxPixels: 1_000_000) };

    public static async Task<IReadOnlyList<TinySet>> AllAsync(string root, CancellationToken cancel)
    {
        var sets = new List<TinySet>();
        void Add(string name, DatasetSpec spec, Action<Drop> fill) => AddChecked(name, fill, folder => async stop =>
            await CheckAsync(new LocalFolderFiles(folder), spec, stop));
        void AddChecked(string name, Action<Drop> fill, Func<string, Func<CancellationToken, Task<DatasetReport?>>> check)
        {
            using var drop = new Drop();
            fill(drop);
            var folder = Path.Combine(root, name);
            foreach (var file in Directory.GetFiles(drop.Path, "*", SearchOption.AllDirectories))
            {
                var to = Path.Combine(folder, Path.GetRelativePath(drop.Path, file));
                Directory.CreateDirectory(Path.GetDirectoryName(to)!);
                File.Copy(file, to);
            }

            sets.Add(new TinySet(name, folder, check(folder)));
        }

        var own = new LabelSpec { Classes = [new("road"), new("car")] };
        var brush = string.Join(',', LabelStudioTests.Encode(Drop.Width, Drop.Height, (x, _) => x < 16));
        string Brushed(int id) => $$"""{"id":{{id}},"data":{"image":"/data/upload/1/0a1b2c3d-{{id}}.png","title":"t"},"annotations":[{"id":{{id}}0,"was_cancelled":false,"result":[{"original_width":32,"original_height":24,"value":{"format":"rle","rle":[{{brush}}],"brushlabels":["road"]} }]}]}""";
        Add("camvid", Drop.Of("camvid"), drop => Three(drop, i => $"train/{i}_1.png", (d, i) => d.Ids($"trainannot/{i}_1.png", Drop.Halves(0, 1)))
            .Text("classes.json", """{"ignoreId":2,"classes":[{"id":0,"name":"here","color":"#010203"},{"id":1,"name":"there","color":"#040506"}]}"""));
        Add("camvid-raw", Drop.Of("camvid-raw"), drop => Three(drop, i => $"701/{i}_1.png", (d, i) => d.Colors($"L/{i}_1_L.png", Drop.Halves(0x804080, 0x400080))).Text("label_colors.txt", "128 64 128\tRoad\n64 0 128\t\tCar\n0 0 0\tVoid\n"));
        Add("camvid-kaggle", Drop.Of("camvid-kaggle"), drop => Three(drop, i => $"train/{i}_1.png", (d, i) => d.Colors($"train_labels/{i}_1_L.png", Drop.Halves(0x804080, 0x400080))).Text("class_dict.csv", "name,r,g,b\nRoad,128,64,128\nCar,64,0,128\n"));
        Add("cityscapes", Drop.Of("cityscapes"), drop => Three(drop, i => $"leftImg8bit/train/a/{i}_leftImg8bit.png", (d, i) => d.Ids($"gtFine/train/a/{i}_gtFine_labelIds.png", Drop.Halves(7, 26))));
        Add("kitti", Drop.Of("kitti"), drop => Three(drop, i => $"training/image_2/{i}.png", (d, i) => d.Ids($"training/semantic/{i}.png", Drop.Halves(7, 26))));
        Add("bdd100k", Drop.Of("bdd100k"), drop => Three(drop, i => $"images/10k/train/{i}.jpg", (d, i) => d.Ids($"labels/sem_seg/masks/train/{i}.png", Drop.Halves(0, 13))));
        Add("idd", Drop.Of("idd"), drop => Three(drop, i => $"leftImg8bit/train/7/{i}_leftImg8bit.jpg", (d, i) => d.Ids($"gtFine/train/7/{i}_gtFine_labellevel3Ids.png", Drop.Halves(0, 8))));
        Add("idd-cityscapes", Drop.Of("idd-cityscapes"), drop => Three(drop, i => $"leftImg8bit/train/7/{i}_leftImg8bit.jpg", (d, i) => d.Ids($"gtFine/train/7/{i}_gtFine_labelcsTrainIds.png", Drop.Halves(0, 8))));
        Add("a2d2", Drop.Of("a2d2"), drop => Three(drop, i => $"s{i}/camera/c/1_camera_1.png", (d, i) => d.Colors($"s{i}/label/c/1_label_1.png", Drop.Halves(0xFF0000, 0xFF00FF))).Text("class_list.json", """{"#ff0000":"Car 1","#ff00ff":"RD normal street"}"""));
        foreach (var (name, config, masks) in (ValueTuple<string, string, string>[])[("mapillary", "config.json", "labels"), ("mapillary-v2", "config_v2.0.json", "v2.0/labels")])
        {
            Add(name, Drop.Of(name), drop => Three(drop, i => $"training/images/{i}.jpg", (d, i) => d.Palette($"training/{masks}/{i}.png", Drop.Halves(0, 1), new LabelCatalogue([new LabelClass(0, "b", default), new LabelClass(1, "r", new RgbColor(1, 2, 3))], null)))
                .Text(config, """{"labels":[{"name":"a--bird","readable":"Bird","color":[165,42,42],"evaluate":true},{"name":"b--road","readable":"Road","color":[128,64,128],"evaluate":true}]}"""));
        }

        Add("coco-stuff", Drop.Of("coco-stuff"), drop => Three(drop, i => $"train2017/{i}.jpg", (d, i) => d.Ids($"stuffthingmaps/train2017/{i}.png", Drop.Halves(0, 1))).Text("labels.txt", "0: unlabeled\n1: person\n2: bicycle\n"));
        Add("coco-panoptic", Drop.Of("coco-panoptic"), drop => Three(drop, i => $"train2017/{i}.jpg", (d, i) => d.Colors($"panoptic_train2017/{i}.png", Drop.Halves(0x010000, 0x020000))).Text(
            "annotations/panoptic_train2017.json",
            $$"""{"info":{"a":[1]},"annotations":[{{string.Join(',', Enumerable.Range(1, 3).Select(i => $$"""{"file_name":"{{i}}.png","segments_info":[{"id":1,"category_id":1},{"id":2,"category_id":2}]}"""))}}],"categories":[{"id":1,"name":"road","color":[1,2,3]},{"id":2,"name":"car"}]}"""));
        Add("comma10k", Drop.Of("comma10k"), drop => Three(drop, i => $"imgs/{i}.png", (d, i) => d.Colors($"masks/{i}.png", Drop.Halves(0x402020, 0xFF0000))));
        Add("cvat-mask", Drop.Of("cvat-mask"), drop => Three(drop, i => $"JPEGImages/{i}.jpg", (d, i) => d.Colors($"SegmentationClass/{i}.png", Drop.Halves(0x804080, 0x400080))).Text("labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\nroad:128,64,128::\ncar:64,0,128::\n"));
        Add("label-studio", Drop.Of("label-studio"), drop => Three(drop, i => $"{i}.png", (_, _) => { }).Text("export.json", $"[{string.Join(',', Enumerable.Range(1, 3).Select(Brushed))}]"));
        Add("label-studio-pictures", Drop.Of("label-studio"), drop => Three(drop, i => $"task-{i}.png", (d, i) => d.Ids($"task-{i}-annotation-{i}-by-1-tag-road-0.png", Drop.Halves(255, 0))));
        // Labels that are drawn: a shape of each kind that the form has; what names one image is called image1, image2 and image3.
        const string Polygons = """{"original_width":32,"original_height":24,"image_rotation":0,"value":{"points":[[0,0],[50,0],[50,100],[0,100]],"polygonlabels":["road"]}},{"original_width":32,"original_height":24,"value":{"x":60,"y":10,"width":20,"height":20,"rotation":10,"rectanglelabels":["car"]}},{"original_width":32,"original_height":24,"value":{"x":70,"y":70,"radiusX":10,"radiusY":10,"ellipselabels":["car"]}}""";
        Add("label-studio-polygons", Drop.Of("label-studio"), drop => Three(drop, i => $"{i}.png", (_, _) => { }).Text("export.json", $"[{string.Join(',', Enumerable.Range(1, 3).Select(i => $$"""{"id":{{i}},"data":{"image":"{{i}}.png"},"annotations":[{"id":{{i}},"result":[""" + Polygons + "]}]}"))}]"));
        Add("coco", Drop.Of("coco"), drop => Three(drop, i => $"images/{i}.png", (_, _) => { }).Text(
            "annotations/instances_default.json",
            $$"""{"info":{"a":[1]},"images":[{{string.Join(',', Enumerable.Range(1, 3).Select(i => $$"""{"id":{{i}},"file_name":"{{i}}.png","width":32,"height":24}"""))}}],"annotations":[{{string.Join(',', Enumerable.Range(1, 3).Select(CocoAnnotations))}}],"categories":[{"id":1,"name":"road","color":[1,2,3]},{"id":2,"name":"car"}]}"""));
        Add("cvat", Drop.Of("cvat"), drop => Three(drop, i => $"images/{i}.png", (_, _) => { }).Text(
            "annotations.xml",
            $"""<annotations><version>1.1</version><meta><task><labels><label><name>road</name><color>#804080</color></label><label><name>car</name></label></labels></task></meta>{string.Concat(Enumerable.Range(1, 3).Select(i => $"""<image id="{i}" name="{i}.png" width="32" height="24"><polygon label="road" points="0,0;16,0;16,24;0,24" z_order="0"><attribute name="a">b</attribute></polygon><mask label="car" rle="1, 2, 1" left="4" top="4" width="2" height="2" z_order="1"/><box label="car" xtl="20" ytl="2" xbr="30" ybr="9" rotation="5" z_order="0"/><ellipse label="car" cx="24" cy="18" rx="4" ry="3" z_order="0"/><points label="car" points="1,1" z_order="0"/></image>"""))}</annotations>"""));
        Add("labelme", Drop.Of("labelme"), drop => Three(drop, i => $"{i}.png", (d, i) => d.Text($"image{i}.json", LabelmeFile(i))).Text("labels.txt", "__ignore__\nroad\ncar\n"));
        Add("yolo", Drop.Of("yolo"), drop => Three(drop, i => $"images/train/image{i}.png", (d, i) => d.Text($"labels/train/image{i}.txt", "0 0 0 0.5 0 0.5 1 0 1\n1 0.6 0.2 0.8 0.2 0.8 0.6\n")).Text("data.yaml", "path: .\ntrain: images/train\nnames:\n  0: road\n  1: car\n"));
        Add("roboflow-masks", Drop.Of("roboflow-masks"), drop => Three(drop, i => $"train/{i}.jpg", (d, i) => d.Ids($"train/{i}_mask.png", Drop.Halves(1, 2))).Text("train/_classes.csv", "Pixel Value, Class\n0, background\n1, road\n2, car\n"));
        Add("voc", Drop.Of("voc"), drop => Three(drop, i => $"JPEGImages/{i}.jpg", (d, i) => d.Ids($"SegmentationClass/{i}.png", Drop.Halves(1, 2))).Text("ImageSets/Segmentation/train.txt", "1\n2\n3\n").Text("class_names.txt", "background\nroad\ncar\n"));
        Add("supervisely", Drop.Of("supervisely"), drop => Three(drop, i => $"ds/img/{i}.png", (d, i) => d.Text($"ds/ann/{i}.png.json", SuperviselyFile)).Text("meta.json", """{"classes":[{"title":"road","shape":"polygon","color":"#804080"},{"title":"car","shape":"any","color":"#400080"}],"tags":[]}"""));
        Add("cityscapes-polygons", Drop.Of("cityscapes-polygons"), drop => Three(drop, i => $"leftImg8bit/train/a/{i}_leftImg8bit.png", (d, i) => d.Text($"gtFine/train/a/{i}_gtFine_polygons.json", """{"imgHeight":24,"imgWidth":32,"objects":[{"label":"road","polygon":[[0,0],[15,0],[15,23],[0,23]]},{"label":"car","deleted":0,"polygon":[[4,4],[8,4],[8,8]]}]}""")));
        Add("huggingface", Drop.Of("huggingface"), drop => Three(drop, i => $"train/images/{i}.png", (d, i) => d.Ids($"train/labels/{i}.png", Drop.Halves(0, 1))).Text("id2label.json", """{"0":"road","1":"car"}""")
            .Text("train/metadata.jsonl", string.Concat(Enumerable.Range(1, 3).Select(i => $$"""{"image_file_name":"images/{{i}}.png","label_file_name":"labels/{{i}}.png","group":"g"}""" + "\n"))));
        Add("huggingface-csv", Drop.Of("huggingface"), drop => Three(drop, i => $"train/{i}.png", (d, i) => d.Ids($"train/labels/{i}.png", Drop.Halves(0, 1))).Text("id2label.json", """{"0":"road","1":"car"}""")
            .Text("train/metadata.csv", "file_name,label,group\n" + string.Concat(Enumerable.Range(1, 3).Select(i => $"{i}.png,\"labels/{i}.png\",g\n"))));
        Add("lists", Drop.Of("lists", labels: own), drop => Three(drop, i => $"train/{i}.png", (d, i) => d.Ids($"annot/{i}.png", Drop.Halves(0, 1))).Text("train.txt", "train/1.png annot/1.png\ntrain/2.png,annot/2.png\ntrain/3.png\tannot/3.png\n"));
        Add("pairs", Drop.Of("pairs", labels: own) with { Patterns = new("i/{id}.{ext}", "m/{id}.png") }, drop => Three(drop, i => $"i/{i}.png", (d, i) => d.Ids($"m/{i}.png", Drop.Halves(0, 1))));

        // The form of a review export, as a folder (its dataset.json is read) and as the zip that it comes in.
        static void Review(Drop drop) => Three(drop, i => $"images/0{i}.jpg", (d, i) => d.Ids($"masks/0{i}.png", Drop.Halves(0, 1))).Bytes(DatasetSpec.FileName, DatasetSpecJson.Serialize(new DatasetSpec
        {
            Name = "review",
            Layout = "pairs",
            Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1),
            Patterns = new PatternSpec("images/{id}.{ext}", "masks/{id}.png"),
            Labels = new LabelSpec { Classes = [new("road", RgbColor.Parse("#804080")), new("car")], Encoding = MaskEncoding.Id, Map = new Dictionary<string, System.Text.Json.JsonElement> { ["0"] = System.Text.Json.JsonSerializer.SerializeToElement("road"), ["1"] = System.Text.Json.JsonSerializer.SerializeToElement(1) } },
            Split = new SplitSpec { By = SplitSource.Seed, Group = "^(.)" },
            Train = System.Text.Json.JsonSerializer.SerializeToElement(new { recipe = "finetune" }),
        }));
        AddChecked("described", Review, folder => async stop => await DescribedAsync(new LocalFolderFiles(folder), stop));
        AddChecked("zip", drop =>
        {
            using var inner = new Drop();
            Review(inner);
            ZipFile.CreateFromDirectory(inner.Path, Directory.CreateDirectory(drop.Path).FullName + "/review.zip");
        }, folder => async stop =>
        {
            using var unpacked = new TempFolder();
            return await DescribedAsync(await ZipUnpacker.ExpandAsync(new LocalFolderFiles(folder), unpacked["set"], new ZipLimits { MaxTotalBytes = 64 << 20 }, stop), stop);
        });
        await CuratedAsync(sets, root, cancel);
        return sets;
    }

    private static string CocoAnnotations(int image) =>
        $$$"""{"id":{{{image}}}1,"image_id":{{{image}}},"category_id":1,"iscrowd":0,"segmentation":[[0,0,16,0,16,24,0,24],[20,2,24,2,24,6]]},{"id":{{{image}}}2,"image_id":{{{image}}},"category_id":2,"iscrowd":1,"segmentation":{"size":[24,32],"counts":[24,24,720]}},{"id":{{{image}}}3,"image_id":{{{image}}},"category_id":2,"segmentation":{"size":[24,32],"counts":"{{{CocoRle.Compress([72, 20, 676])}}}"}}""";

    private static string LabelmeFile(int image) =>
        $$$"""{"version":"5.7.0","imagePath":"{{{image}}}.png","imageData":null,"imageHeight":24,"imageWidth":32,"shapes":[{"label":"road","points":[[0,0],[16,0],[16,24],[0,24]],"shape_type":"polygon"},{"label":"car","points":[[20,2],[30,8]],"shape_type":"rectangle"},{"label":"car","points":[[24,16],[26,16]],"shape_type":"circle"},{"label":"car","points":[[2,2],[3,3]],"shape_type":"mask","mask":"{{{Convert.ToBase64String(GrayPng.Encode([1, 0, 1, 1], 2, 2))}}}"}]}""";

    private static string SuperviselyFile =>
        $$$"""{"size":{"height":24,"width":32},"tags":[],"objects":[{"classTitle":"road","geometryType":"polygon","points":{"exterior":[[0,0],[15,0],[15,23],[0,23]],"interior":[[[4,4],[8,4],[8,8]]]}},{"classTitle":"car","geometryType":"rectangle","points":{"exterior":[[20,2],[30,8]],"interior":[]}},{"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"{{{Convert.ToBase64String(GrayPng.Encode([1, 0, 1, 1], 2, 2))}}}","origin":[22,16]}},{"classTitle":"car","geometryType":"multipolygon","parts":[{"exterior":[[24,19],[27,19],[27,21]],"interior":[]}]}]}""";

    // A curated version: read whole and exported; and the export itself, read as the layout that it is.
    private static async Task CuratedAsync(List<TinySet> sets, string root, CancellationToken cancel)
    {
        using var drop = new Drop();
        foreach (var split in (string[])["train", "val"])
            Three(drop, i => $"{split}/{split}{i}_1.png", (d, i) => d.Ids($"{split}annot/{split}{i}_1.png", Drop.Halves(0, 1)));
        var (_, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(drop.Path), Drop.Of("camvid"), Options, Path.Combine(root, "curated-all"), null, cancel);
        sets.Add(new TinySet("curated", set!.Folder, stop =>
        {
            using var exported = new TempFolder();
            DatasetExport.ToFolder(CuratedSet.Open(set.Folder), ExportFormats.Find("huggingface"), exported["export"], null, stop);
            return Task.FromResult<DatasetReport?>(null);
        }));
        var export = Path.Combine(root, "export");
        DatasetExport.ToFolder(set, ExportFormats.Find("huggingface"), export, null, cancel);
        sets.Add(new TinySet("export", export, stop => CheckAsync(new LocalFolderFiles(export), Drop.Of("huggingface"), stop)));
    }

    private static async Task<DatasetReport?> DescribedAsync(IDatasetFiles files, CancellationToken cancel) =>
        await CheckAsync(files, await DatasetCurator.ReadSpecAsync(files, "folder", cancel), cancel);

    private static async Task<DatasetReport?> CheckAsync(IDatasetFiles files, DatasetSpec spec, CancellationToken cancel)
    {
        // With its report: what was found must be fit to write and to read.
        using var reports = new TempFolder();
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(files, spec, Options, reports["report"], null, cancel);
        DatasetReport.FromJson(report.ToJson());
        return report;
    }

    private static Drop Three(Drop drop, Func<int, string> image, Action<Drop, int> mask)
    {
        for (var i = 1; i <= 3; i++)
        {
            drop.Image(image(i));
            mask(drop, i);
        }

        return drop;
    }
}
