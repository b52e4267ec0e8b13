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

    private static byte[] JpegTurned(int seed) => Files.JpegWithOrientation(RoadSeg.Imaging.PhotoEncoder.Jpeg(Drop.Painted(seed, 24, 32), 95), 6);
}
