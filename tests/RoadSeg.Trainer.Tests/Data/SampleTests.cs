using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Tests.Data;

public sealed class SampleTests : IDisposable
{
    private static readonly AugmentationOptions Options = new() { CropWidth = 64, CropHeight = 48, ScaleMin = 0.5, ScaleMax = 2 };

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_seed_gives_the_same_batches_from_wherever_the_run_goes_on()
    {
        var set = CamVidFolder.Read(PaintedRoads.Write(_folder.Path), "train");
        var whole = Loader(set, seed: 5).From(0, 9).ToList();
        var resumed = Loader(set, seed: 5).From(4, 9).ToList();
        var other = Loader(set, seed: 6).From(0, 9).ToList();
        Assert.Equal(9, whole.Count);
        for (var i = 4; i < 9; i++)
        {
            Assert.Equal(whole[i].Images, resumed[i - 4].Images);
            Assert.Equal(whole[i].Masks, resumed[i - 4].Masks);
        }

        Assert.NotEqual(whole[0].Images, other[0].Images);
        Assert.NotEqual(whole[0].Images, whole[3].Images);
    }

    [Fact]
    public void Image_and_mask_move_together()
    {
        // A picture that shows its mask: every class has its own grey.
        var random = new Random(3);
        var mask = new byte[96 * 64];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = (byte)((i % 96 / 24) + (i / 96 / 32 * 4));
        var frame = new Frame("x", new RgbImage(96, 64, [.. mask.SelectMany(id => new[] { (byte)(id * 30), (byte)(id * 30), (byte)(id * 30) })]), mask);
        var options = Options with { Brightness = 0, Contrast = 0, Saturation = 0, HueDegrees = 0, CategoryMaxRatio = 1 };
        var labels = new LabelCatalogue([.. Enumerable.Range(0, 8).Select(i => new LabelClass(i, $"class {i}", new RgbColor((byte)i, 0, 0)))], 255);
        var augmentation = new Augmentation(options, new PreprocessSpec(ResizeMode.Stretch, 96, 64), labels);
        var (image, ids) = (new byte[64 * 48 * 3], new byte[64 * 48]);
        for (var s = 0; s < 50; s++)
        {
            augmentation.Draw(frame, new SeededRandom(s), new Sample(image, ids));
            var (wrong, seen) = (0, 0);
            for (var i = 0; i < ids.Length; i++)
            {
                if (ids[i] == 255)
                    continue;
                seen++;
                wrong += Math.Abs(image[i * 3] - (ids[i] * 30)) > 16 ? 1 : 0;
            }

            // Only pixels on a border between classes may mix.
            Assert.InRange(wrong, 0, seen * 0.12);
        }
    }

    [Fact]
    public void A_whole_window_is_the_shared_resize()
    {
        var (image, _) = PaintedRoads.Paint(96, 64, new Random(1));
        var expected = ImageDecoder.ResizeTo(image, 40, 30).Pixels;
        var actual = new float[40 * 30 * 3];
        new Window(96, 64, 40, 30, 0, 0, 40, 30, Flip: false).Image(image.Pixels, actual, 0);
        Assert.True(expected.Zip(actual).All(p => Math.Abs(p.First - p.Second) <= 0.51));
    }

    [Fact]
    public void Colour_changes_of_nothing_change_nothing_and_grey_keeps_its_hue()
    {
        var none = new AugmentationOptions { Brightness = 0, Contrast = 0, Saturation = 0, HueDegrees = 0 };
        var random = new SeededRandom(1);
        float[] pixels = [10, 200, 30, 90, 90, 90];
        var output = new byte[6];
        ColourChange.Draw(none, ref random).Apply(pixels, output);
        Assert.Equal([10, 200, 30, 90, 90, 90], output);

        ColourChange.Draw(none with { HueDegrees = 90, Saturation = 0.5 }, ref random).Apply(pixels, output);
        Assert.Equal([90, 90, 90], output[3..]);
        Assert.NotEqual(10, output[0]);
    }

    [Theory]
    [InlineData("mask of another size", "both must have one size")]
    [InlineData("id outside the catalogue", "neither a class (0-3) nor the ignore id 4")]
    [InlineData("no mask", "has no mask")]
    [InlineData("empty folder", "There are no images")]
    [InlineData("broken image", "002.png:")]
    [InlineData("no classes", "There is no classes.json")]
    [InlineData("broken classes", "is no label catalogue")]
    [InlineData("no split", "has no folders 'train' and 'trainannot'")]
    public void A_folder_that_cannot_be_used_says_what_is_wrong(string fault, string message)
    {
        var root = PaintedRoads.Write(_folder.Path, train: 3);
        var (image, mask) = (Path.Combine(root, "train", "002.png"), Path.Combine(root, "trainannot", "002.png"));
        switch (fault)
        {
            case "mask of another size":
                File.WriteAllBytes(mask, GrayPng.Encode(new byte[90 * 64], 90, 64));
                break;
            case "id outside the catalogue":
                File.WriteAllBytes(mask, GrayPng.Encode([.. Enumerable.Repeat((byte)9, 96 * 64)], 96, 64));
                break;
            case "no mask":
                File.Delete(mask);
                break;
            case "empty folder":
                Directory.Delete(Path.Combine(root, "train"), true);
                Directory.CreateDirectory(Path.Combine(root, "train"));
                break;
            case "broken image":
                File.WriteAllBytes(image, File.ReadAllBytes(image)[..200]);
                break;
            case "no classes":
                File.Delete(Path.Combine(root, "classes.json"));
                break;
            case "broken classes":
                File.WriteAllText(Path.Combine(root, "classes.json"), """{"classes":[{"id":1,"name":"a","color":"#000000"}],"ignoreId":9}""");
                break;
            default:
                Directory.Delete(Path.Combine(root, "train"), true);
                break;
        }

        Assert.Contains(message, Assert.Throws<TrainerException>(() => CamVidFolder.Read(root, "train")).Message);
    }

    private static BatchLoader Loader(SegmentationSet set, long seed) =>
        new(set, new Augmentation(Options, new PreprocessSpec(ResizeMode.Stretch, 96, 64), set.Labels), Options, batchSize: 4, seed, ahead: 2);
}
