using RoadSeg.Labels;
using RoadSeg.Results;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Datasets.Shapes;

/// <summary>Sets of 32 x 24 pixels in every drawn layout, each with the traps of its format. The name is the layout, and behind a dot the case.</summary>
internal static class TrapSets
{
    public static readonly IReadOnlyDictionary<string, Action<Drop>> All = new Dictionary<string, Action<Drop>>
    {
        ["coco"] = Coco,
        ["coco.turned"] = CocoTurned,
        ["coco.roboflow"] = CocoRoboflow,
        ["cvat"] = Cvat,
        ["cvat.project"] = CvatProject,
        ["label-studio"] = LabelStudio,
        ["labelme"] = Labelme,
        ["yolo"] = Yolo,
        ["yolo.roboflow"] = YoloRoboflow,
        ["roboflow-masks"] = RoboflowMasks,
        ["voc"] = Voc,
        ["voc.labelme"] = VocLabelme,
        ["supervisely"] = Supervisely,
        ["cityscapes-polygons"] = CityscapesPolygons,
    };

    /// <summary>Sets whose own division has no part to train on.</summary>
    public static readonly IReadOnlySet<string> BySeed = new HashSet<string> { "coco" };

    // Annotations before what they are of; a category 0; two parts and a part within a part; run lengths as numbers and as text; a crowd; a smaller one below a larger one in the
    // list; coordinates outside; a box alone; two points; a category and an image that are not there; an id as text; an image without annotations.
    private static void Coco(Drop drop) =>
        drop.Image("images/val2017/a.png").Image("images/val2017/b.png").Image("images/val2017/empty.png").Image("images/train2017/a.png").Text("annotations/captions_val2017.json", "{}").Text(
            "annotations/instances_val2017.json",
            $$$"""
            {"info":{"version":"1.0"},"licenses":[],
             "annotations":[
              {"id":1,"image_id":1,"category_id":0,"iscrowd":0,"bbox":[1,1,4,4],"area":16,"segmentation":[[10,10,14,10,14,14,10,14]]},
              {"id":2,"image_id":1,"category_id":90,"iscrowd":0,"segmentation":[[2,4,20,4,20,20,2,20],[4,6,6,6,6,8,4,8],[24,0,40,0,40,3,24,3]]},
              {"id":3,"image_id":1,"category_id":5,"iscrowd":0,"segmentation":[28,20,32,20,32,24,28,24]},
              {"id":4,"image_id":"2","category_id":5,"iscrowd":1,"segmentation":{"size":[24,32],"counts":[0,48,720]}},
              {"id":5,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":{"size":[24,32],"counts":"{{{CocoRle.Compress([2, 20, 2, 20, 724])}}}"}},
              {"id":6,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":[]},
              {"id":7,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":[[1,1,5,5]]},
              {"id":8,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":[[20,20,24,20,24,24,20,24],[1,1]]},
              {"id":9,"image_id":2,"category_id":77,"iscrowd":0,"segmentation":[[30,10,32,10,32,12,30,12]]},
              {"id":10,"image_id":99,"category_id":0,"iscrowd":0,"segmentation":[[1,1,5,1,5,5]]},
              {"id":11,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":{"size":[24,32],"counts":[767]}},
              {"id":12,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":{"size":[12,64],"counts":[768]}},
              {"id":13,"image_id":2,"category_id":0,"iscrowd":0,"segmentation":[[1e999,1,5,1,5,5]]}],
             "images":[{"id":1,"file_name":"a.png","width":32,"height":24},{"id":2,"file_name":"b.png","width":32,"height":24},{"id":3,"file_name":"empty.png","width":32,"height":24},{"id":4,"file_name":"gone.png","width":32,"height":24}],
             "categories":[{"id":90,"name":"road","supercategory":"way","color":[128,64,128]},{"id":0,"name":"car"},{"id":5,"name":"person"},{"id":6},{"id":5,"name":"twice"}]}
            """);

    // A photo that is stored turned: of the first the labels are of the upright picture, of the second of the picture as it is stored.
    private static void CocoTurned(Drop drop)
    {
        var (upright, stored) = (JpegTurned(1), JpegTurned(2));
        drop.Bytes("upright.jpg", upright).Bytes("stored.jpg", stored).Text(
            "labels.json",
            """
            {"images":[{"id":1,"file_name":"upright.jpg","width":32,"height":24},{"id":2,"file_name":"stored.jpg","width":24,"height":32}],
             "annotations":[{"id":1,"image_id":1,"category_id":1,"segmentation":[[0,0,32,0,32,6,0,6]]},{"id":2,"image_id":2,"category_id":1,"segmentation":[[0,0,6,0,6,32,0,32]]}],
             "categories":[{"id":1,"name":"sky"}]}
            """);
    }

    // A list in each split's folder, the pictures beside it, names that two splits share.
    private static void CocoRoboflow(Drop drop)
    {
        foreach (var split in (string[])["train", "valid"])
        {
            drop.Image($"{split}/street_jpg.rf.0a1b.jpg").Text(
                $"{split}/_annotations.coco.json",
                """
                {"categories":[{"id":0,"name":"things","supercategory":"none"},{"id":1,"name":"car","supercategory":"things"}],
                 "images":[{"id":0,"license":1,"file_name":"street_jpg.rf.0a1b.jpg","height":24,"width":32}],
                 "annotations":[{"id":0,"image_id":0,"category_id":1,"bbox":[8,8,8,8],"area":64,"segmentation":[[8,8,16,8,16,16,8,16]],"iscrowd":0}]}
                """);
        }
    }

    // A large shape on top of a smaller one by its z-order, equal ones as they are written; a mask whose box reaches outside; a box, turned, and an ellipse; what has no area; a label
    // with attributes of its own; a label that the task does not have; odd numbers; an image that is not there, one without shapes and one twice.
    private static void Cvat(Drop drop) =>
        drop.Image("images/a.png").Image("images/sub/b.png").Image("images/empty.png").Text(
            "annotations.xml",
            """
            <?xml version="1.0" encoding="utf-8"?>
            <annotations>
              <version>1.1</version>
              <meta><task><id>1</id><name>t</name><labels>
                <label><name>road</name><color>#804080</color><type>any</type><attributes><attribute><name>kind</name><values>a&#10;b</values></attribute></attributes></label>
                <label><name>car</name><color>#40</color><attributes/></label>
                <label><name></name></label>
              </labels></task><dumped>2026-11-01</dumped></meta>
              <image id="0" name="a.png" width="32" height="24">
                <polygon label="car" source="manual" occluded="0" points="4.00,4.00;8.00,4.00;8.00,8.00;4.00,8.00" z_order="1"><attribute name="kind">a</attribute></polygon>
                <polygon label="road" source="manual" occluded="0" points="0.00,2.00;20.00,2.00;20.00,20.00;0.00,20.00" z_order="0"></polygon>
                <polygon label="road" points="6,6;16,6;16,10;6,10" z_order="2" occluded="0"/>
                <mask label="car" source="manual" occluded="0" rle="1, 2, 1, 4, 1, 2, 1" left="29" top="20" width="4" height="3" z_order="0"/>
                <points label="car" points="1,1" z_order="0"/>
                <polyline label="car" points="1,1;2,2" z_order="0"/>
                <cuboid label="car" z_order="0"/>
                <tag label="car"/>
              </image>
              <image id="1" name="sub/b.png" width="32" height="24">
                <box label="car" occluded="0" xtl="2.00" ytl="2.00" xbr="10.00" ybr="6.00" rotation="90.00" z_order="0"/>
                <ellipse label="road" occluded="0" cx="20" cy="12" rx="8" ry="4" z_order="0"/>
                <polygon label="bus" points="1,1;2,1;2,2" z_order="0"/>
                <polygon label="car" points="1,1;2,1" z_order="0"/>
                <polygon label="car" points="1,1;2,1;2,nan" z_order="0"/>
                <polygon label="car" points="1,1;2,1;2" z_order="0"/>
                <polygon label="car" points="1,1;2,1;2,x" z_order="0"/>
                <polygon label="car" points="1,1;2,1;2,2" z_order="1.5"/>
                <polygon points="1,1;2,1;2,2"/>
                <mask label="car" rle="1, 2" left="0" top="0" width="2" height="2" z_order="0"/>
                <mask label="car" rle="a" left="0" top="0" width="2" height="2" z_order="0"/>
                <mask label="car" rle="4" left="0" top="0" width="2000000000" height="2000000000" z_order="0"/>
              </image>
              <image id="2" name="empty.png" width="32" height="24"/>
              <image id="3" name="gone.png" width="32" height="24"></image>
              <image id="4" name="a.png" width="32" height="24"></image>
              <image id="5" width="32" height="24"><polygon label="car" points="1,1;2,1;2,2"/></image>
            </annotations>
            """);

    // A project with subsets, whose images have one name in two folders; without a list of labels.
    private static void CvatProject(Drop drop) =>
        drop.Image("images/Train/a.png").Image("images/Validation/a.png").Text(
            "annotations.xml",
            """
            <annotations><version>1.1</version><meta><project><id>1</id></project></meta>
              <image id="0" name="a.png" subset="Train" task_id="1" width="32" height="24"><polygon label="tree" points="0,0;32,0;32,2;0,2" z_order="0"/></image>
              <image id="0" name="a.png" subset="Validation" task_id="2" width="32" height="24"><polygon label="bush" points="0,0;32,0;32,2;0,2" z_order="0"/></image>
            </annotations>
            """);

    // Brushes, polygons, boxes and ellipses of one task; shapes in percent; a box turned about its corner; labels of their own beside shapes; two brushes that meet, and a polygon
    // below a brush; a picture turned in the tool; key points; two annotations.
    private static void LabelStudio(Drop drop)
    {
        string Brush(string label, Func<int, int, bool> painted) =>
            $$$"""{"type":"brushlabels","original_width":32,"original_height":24,"value":{"format":"rle","rle":[{{{string.Join(',', LabelStudioTests.Encode(Drop.Width, Drop.Height, painted))}}}],"brushlabels":["{{{label}}}"]}}""";
        string Region(string value, int turned = 0) => $$"""{"original_width":32,"original_height":24,"image_rotation":{{turned}},"value":{{value}} }""";
        drop.Image("a.png").Image("b.png").Text(
            "export.json",
            $$$$"""
            [{"id":1,"data":{"image":"/data/upload/1/0a1b2c3d-a.png"},"annotations":[
               {"id":9,"result":[{{{{Region("""{"points":[[0,0],[100,0],[100,100]],"polygonlabels":["tree"]}""")}}}}]},
               {"id":10,"result":[
                {{{{Brush("car", (x, y) => x is >= 4 and < 12 && y is >= 10 and < 16)}}}},
                {{{{Region("""{"points":[[0,25],[75,25],[75,100],[0,100]],"closed":true,"polygonlabels":["road"]}""")}}}},
                {{{{Brush("tree", (x, y) => x is >= 8 and < 20 && y is >= 12 and < 20)}}}},
                {{{{Region("""{"x":50,"y":0,"width":25,"height":12.5,"rotation":0,"rectanglelabels":["sky"]}""")}}}},
                {{{{Region("""{"x":100,"y":0,"width":25,"height":12.5,"rotation":90,"rectanglelabels":["sky"]}""")}}}},
                {{{{Region("""{"x":87.5,"y":70,"radiusX":9.375,"radiusY":12.5,"rotation":0,"ellipselabels":["sun"]}""")}}}},
                {{{{Region("""{"x":1,"y":1,"width":0.5,"keypointlabels":["car"]}""")}}}},
                {"type":"choices","value":{"choices":["day"]}}]}]},
             {"id":2,"data":{"image":"b.png"},"annotations":[{"id":11,"result":[
                {{{{Region("""{"points":[[0,0],[25,0],[25,100],[0,100]]}""")}}}},
                {{{{Region("""{"points":[[0,0],[25,0],[25,100],[0,100]],"labels":["road"]}""")}}}},
                {{{{Region("""{"points":[[0,0],[25,0]],"polygonlabels":["road"]}""")}}}},
                {{{{Region("""{"points":[[0,0],[25,"x"],[1,1]],"polygonlabels":["road"]}""")}}}},
                {{{{Region("""{"points":[[0,0],[25],[1,1]],"polygonlabels":["road"]}""")}}}},
                {"value":{"points":[[0,0],[25,1],[1,1]],"polygonlabels":["road"]}},
                {{{{Region("""{"x":1,"y":1,"radiusX":2,"ellipselabels":["sun"]}""")}}}},
                {{{{Region("""{"points":[[0,0],[25,0],[25,100]],"polygonlabels":["road"]}""", 90)}}}}]}]}]
            """);
    }

    // Later shapes on top; a path of Windows; a picture called otherwise than its list says; a mask beside its box; shapes without an area; the label to be left out; no size; odd ones.
    private static void Labelme(Drop drop) =>
        drop.Image("a.png").Image("b.png").Image("sub/c.png").Image("lonely.png").Text("labels.txt", "__ignore__\n_background_\nroad\ncar\nbus\n").Text(
            "a.json",
            $$$$"""
            {"version":"5.7.0","flags":{},"imagePath":"..\\photos\\a.png","imageData":null,"imageHeight":24,"imageWidth":32,"shapes":[
              {"label":"car","points":[[10.2,10.2],[14.4,10.2],[14.4,14.4],[10.2,14.4]],"group_id":null,"shape_type":"polygon","flags":{}},
              {"label":"road","points":[[0,8],[32,8],[32,24],[0,24]],"shape_type":"polygon"},
              {"label":"car","points":[[20,18],[16,12]],"shape_type":"rectangle"},
              {"label":"bus","points":[[26,14],[29,14]],"shape_type":"circle"},
              {"label":"car","points":[[2,1],[5,3]],"shape_type":"mask","mask":"{{{{Convert.ToBase64String(RoadSeg.Imaging.GrayPng.Encode([1, 0, 0, 1, 1, 1, 1, 1, 0, 255, 0, 0], 4, 3))}}}}"},
              {"label":"__ignore__","points":[[28,20],[32,20],[32,24],[28,24]],"shape_type":null},
              {"label":"_background_","points":[[0,20],[4,20],[4,24],[0,24]]},
              {"label":"car","points":[[1,1],[2,2]],"shape_type":"line"},
              {"label":"car","points":[[1,1]],"shape_type":"point"}]}
            """).Text(
            "b.json",
            """
            {"imagePath":"b.png","shapes":[
              {"label":"tree","points":[[0,0],[8,0],[8,8],[0,8]]},
              {"label":"road","points":[[0,0],[8,0],[8,8],[0,8]]},
              {"points":[[0,0],[8,0],[8,8]]},
              {"label":"car","points":[[0,0],[8,0]]},
              {"label":"car","points":[[0,0],[8,0],[8]]},
              {"label":"car","points":[[0,0],[8,0],[8,1e8]]},
              {"label":"car","points":[[0,0],[8,8]],"shape_type":"heart"},
              {"label":"car","points":[[0,0],[8,8]],"shape_type":"mask","mask":"no"},
              {"label":"car","points":[[0,0],[8,8]],"shape_type":"mask","mask":"AAAA"},
              7]}
            """).Text("sub/c.json", """{"imagePath":"c.png","imageData":"AAAA","imageHeight":48,"imageWidth":64,"shapes":[{"label":"car","points":[[0,0],[8,0],[8,8]]}]}""")
            .Text("again.json", """{"imagePath":"a.png","shapes":[]}""").Text("gone.json", """{"imagePath":"gone.png","imageData":"AAAA","shapes":[]}""").Text("other.json", """{"a":1}""").Text("cut.json", """{"imagePath":"a.png","shapes":[{"label":""");

    // Names by number with a gap; shares; a smaller outline before a larger one; a hole by a bridge; a box alone; a class without a name; pixels instead of shares; a picture without
    // labels, one with an empty file, labels without a picture; a split that is not there.
    private static void Yolo(Drop drop) =>
        drop.Image("images/train/a.png").Image("images/train/none.png").Image("images/train/empty.png").Image("images/val/b.png").Text("labels/train/empty.txt", "\n").Text("labels/train/orphan.txt", "0 0 0 1 0 1 1\n").Text(
            "data.yaml",
            "# made elsewhere\npath: ../datasets/street\ntrain: images/train # 2 images\nval: images/val\ntest: images/test\nnames:\n  0: car\n  2: 'road: way'\nextra: {deep: [[[1, {a: b}]]], *x: y}\n".Replace(", *x: y", "", StringComparison.Ordinal)).Text(
            "labels/train/a.txt",
            "0 0.25 0.5 0.375 0.5 0.375 0.75 0.25 0.75\r\n2 0 0.25 1 0.25 1 1 0 1 0 0.25 0.5 0.25 0.5 0.3334 0.75 0.3334 0.75 0.4167 0.5 0.4167 0.5 0.25\r\n").Text(
            "labels/val/b.txt",
            "0 0.5 0.5 0.2 0.2\n1 0 0 1 0 1 1\n0 120 40 300 40 300 200\n2 0 0 1.1 0 1.1 0.5 0 0.5\nx 0 0 1 0 1 1\n0 0 0 1 nan 1 1\n0 0 0 1 0 1\n\n0 0 0\n");

    // Roboflow's folders and its odd paths; names as a list.
    private static void YoloRoboflow(Drop drop)
    {
        drop.Text("data.yaml", "train: ../train/images\nval: ../valid/images\ntest: ../test/images\n\nnc: 2\nnames: ['car', \"road\"]\nroboflow:\n  workspace: w\n  version: 1\n");
        foreach (var split in (string[])["train", "valid", "test"])
            drop.Image($"{split}/images/x_jpg.rf.0.jpg").Text($"{split}/labels/x_jpg.rf.0.txt", "1 0 0.5 1 0.5 1 1 0 1\n");
    }

    // A list in each split, its spaces; ids in grey pictures; an id without a name; a mask without a picture and a picture without a mask.
    private static void RoboflowMasks(Drop drop)
    {
        foreach (var split in (string[])["train", "valid"])
            drop.Image($"{split}/a.rf.1.jpg").Ids($"{split}/a.rf.1_mask.png", (x, y) => y < 12 ? 0 : x < 16 ? 1 : x < 31 ? 2 : 3).Text($"{split}/_classes.csv", "Pixel Value, Class\r\n0, background\r\n1, road\r\n2, \"car, parked\"\r\nx, y\r\n");
        drop.Image("train/b.rf.2.jpg").Ids("train/c.rf.3_mask.png", (_, _) => 1);
    }

    // Indices whatever the palette says; 255 along a border; pictures of other tasks; lists with a name that has no mask; trainval, which is none.
    private static void Voc(Drop drop)
    {
        var palette = new LabelCatalogue([.. Enumerable.Range(0, 21).Select(i => new LabelClass(i, $"{i}", new RgbColor((byte)i, 7, (byte)(i / 2))))], 255);
        foreach (var id in (string[])["2007_000032", "2007_000033"])
            drop.Image($"VOCdevkit/VOC2012/JPEGImages/{id}.jpg").Palette($"VOCdevkit/VOC2012/SegmentationClass/{id}.png", (x, y) => x == 16 ? 255 : x < 16 ? 0 : y < 12 ? 7 : 15, palette);
        drop.Image("VOCdevkit/VOC2012/JPEGImages/2007_000001.jpg").Palette("VOCdevkit/VOC2012/SegmentationObject/2007_000032.png", (_, _) => 1, palette).Palette("VOCdevkit/VOC2012/SegmentationClass/2007_999999.png", (_, _) => 1, palette);
        drop.Text("VOCdevkit/VOC2012/ImageSets/Segmentation/train.txt", "2007_000032\n2007_000007\n").Text("VOCdevkit/VOC2012/ImageSets/Segmentation/val.txt", "2007_000033\n2007_000032\n").Text("VOCdevkit/VOC2012/ImageSets/Segmentation/trainval.txt", "2007_000032\n2007_000033\n");
    }

    // What Labelme's converter makes: its own names, no lists.
    private static void VocLabelme(Drop drop) =>
        drop.Text("class_names.txt", "_background_\nroad\ncar\n").Image("JPEGImages/a.jpg").Ids("SegmentationClass/a.png", (x, _) => x < 8 ? 1 : x < 16 ? 2 : x < 24 ? 0 : 255);

    // Pixels that are named belong to the figure, and to the hole what the hole names; parts of a pixel; a bitmap packed by zlib, one of palette and alpha, one as it is; a rectangle by
    // its corners; parts; what has no area; a class that is not listed; a picture that is not there.
    private static void Supervisely(Drop drop)
    {
        static string Packed(byte[] png)
        {
            using var bytes = new MemoryStream();
            using (var zlib = new System.IO.Compression.ZLibStream(bytes, System.IO.Compression.CompressionLevel.Optimal))
                zlib.Write(png);
            return Convert.ToBase64String(bytes.ToArray());
        }

        var region = RoadSeg.Imaging.GrayPng.Encode([255, 255, 0, 0, 255, 0], 3, 2);
        drop.Image("ds0/img/a.png").Image("val/img/b.jpg").Text(
            "meta.json",
            """{"classes":[{"title":"road","shape":"any","color":"#804080","id":1},{"title":"car","shape":"polygon","color":"red"},{"shape":"any"},{"title":"sky","color":"#4682B4"}],"tags":[],"projectType":"images"}""").Text(
            "ds0/ann/a.png.json",
            $$$$"""
            {"description":"","size":{"height":24,"width":32},"tags":[],"objects":[
              {"classTitle":"road","geometryType":"polygon","points":{"exterior":[[2,10],[20,10],[20,20],[2,20]],"interior":[[[5,13],[9,13],[9,16],[5,16]]]}},
              {"classTitle":"car","geometryType":"polygon","points":{"exterior":[[15.9,12.2],[18.4,12.9],[16.5,15.1]],"interior":[]}},
              {"classTitle":"sky","geometryType":"rectangle","points":{"exterior":[[0,0],[31,1]],"interior":[]}},
              {"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"{{{{Packed(region)}}}}","origin":[28,5]}},
              {"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"{{{{Convert.ToBase64String(region)}}}}","origin":[30,9]}},
              {"classTitle":"car","geometryType":"multipolygon","parts":[{"exterior":[[24,14],[27,14],[27,16],[24,16]]},{"exterior":[[24,19],[27,19],[27,21],[24,21]],"interior":[[[25,20],[26,20],[26,20]]]}]},
              {"classTitle":"car","geometryType":"polyline","points":{"exterior":[[1,1],[2,2]],"interior":[]}},
              {"classTitle":"bus","geometryType":"polygon","points":{"exterior":[[1,1],[2,2],[3,1]],"interior":[]}},
              {"classTitle":"car","geometryType":"polygon","points":{"exterior":[[1,1],[2,2]],"interior":[]}},
              {"classTitle":"car","geometryType":"polygon","points":{"interior":[]}},
              {"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"eNo=","origin":[1,1]}},
              {"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"eP//","origin":[1,1]}},
              {"classTitle":"car","geometryType":"bitmap","bitmap":{"data":"AAAA"}},
              {"geometryType":"polygon"}]}
            """).Text("val/ann/b.jpg.json", """{"size":{"height":24,"width":32},"objects":[{"classTitle":"sky","geometryType":"rectangle","points":{"exterior":[[0,0],[31,1]],"interior":[]}}]}""")
            .Text("val/ann/gone.jpg.json", """{"size":{"height":24,"width":32},"objects":[]}""").Text("val/ann/odd.json", """{"size":{"height":24},"objects":[]}""");
    }

    // The order of the list; a group; a label that is not evaluated, one that is no label of pixels, one that is deleted and one that nobody knows; the border on the right and below.
    private static void CityscapesPolygons(Drop drop)
    {
        const string Frame = "a/a_000000_000019";
        drop.Image($"leftImg8bit/train/{Frame}_leftImg8bit.png").Image("leftImg8bit/train/a/a_000000_000020_leftImg8bit.png").Ids($"gtFine/train/{Frame}_gtFine_labelIds.png", (_, _) => 0).Text(
            $"gtFine/train/{Frame}_gtFine_polygons.json",
            """
            {"imgHeight":24,"imgWidth":32,"objects":[
              {"label":"sky","polygon":[[0,0],[31,0],[31,23],[0,23]]},
              {"label":"road","polygon":[[0,12],[31,12],[31,23],[0,23]]},
              {"label":"cargroup","polygon":[[4,14],[12,14],[12,18],[4,18]]},
              {"label":"license plate","polygon":[[6,16],[8,16],[8,17],[6,17]]},
              {"label":"static","polygon":[[20,14],[24,14],[24,18],[20,18]],"deleted":0},
              {"label":"car","polygon":[[26,14],[30,14],[30,18],[26,18]],"deleted":1},
              {"label":"drivable fallback","polygon":[[26,20],[27,20],[27,21],[26,21]]},
              {"label":"car","polygon":[[1,1],[2,2]]},
              {"label":"car"}]}
            """);
    }

    private static byte[] JpegTurned(int seed) => Files.JpegWithOrientation(RoadSeg.Imaging.PhotoEncoder.Jpeg(Drop.Painted(seed, 24, 32), 95), 6);
}
