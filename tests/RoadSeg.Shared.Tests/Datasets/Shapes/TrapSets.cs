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

    private static byte[] JpegTurned(int seed) => Files.JpegWithOrientation(RoadSeg.Imaging.PhotoEncoder.Jpeg(Drop.Painted(seed, 24, 32), 95), 6);
}
