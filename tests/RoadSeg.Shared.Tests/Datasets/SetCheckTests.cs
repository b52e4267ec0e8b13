using RoadSeg.Datasets;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Datasets;

public sealed class SetCheckTests : IDisposable
{
    private readonly Drop drop = new() { Spec = Spec };

    private static DatasetSpec Spec => Drop.Of("pairs", labels: new LabelSpec { Classes = [new("road"), new("car")] }) with { Patterns = new("images/{split}/{id}.{ext}", "labels/{split}/{id}.{ext}") };

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task Bad_files_are_skipped_and_listed_and_the_rest_goes_on()
    {
        Good("train/good1").Good("val/good2");
        drop.Ids("labels/train/orphan.png", Drop.Halves(0, 1)).Image("images/train/alone.png");
        drop.Bytes("images/train/broken.png", PhotoEncoder.Png(Drop.Painted(70))[..200]).Ids("labels/train/broken.png", Drop.Halves(0, 1));
        drop.Image("images/train/brokenmask.png").Bytes("labels/train/brokenmask.png", [1, 2, 3]);
        drop.Bytes("images/train/empty.jpg", []).Ids("labels/train/empty.png", Drop.Halves(0, 1));
        drop.Image("images/train/size.png").Ids("labels/train/size.png", Drop.Halves(0, 1), 31, 24);
        drop.Bytes("images/train/flat.png", PhotoEncoder.Png(Drop.Picture((_, _) => 0x123456))).Ids("labels/train/flat.png", Drop.Halves(0, 1));
        drop.Image("images/train/nothing.png").Ids("labels/train/nothing.png", (_, _) => 255);
        drop.Image("images/train/one.png").Ids("labels/train/one.png", (_, _) => 1);
        drop.Image("images/train/twice.png").Image("images/train/twice.jpg").Ids("labels/train/twice.png", Drop.Halves(0, 1));
        drop.Image("images/train/text.png").Text("labels/train/text.png", "<html>not found</html>");

        var report = await drop.CheckAsync();

        Assert.Equal(
            [
                (FaultKind.ImageWithoutMask, "images/train/alone.png"), (FaultKind.MaskWithoutImage, "labels/train/orphan.png"), (FaultKind.IdentifierTwice, "images/train/twice.png"),
                (FaultKind.ImageUnreadable, "images/train/broken.png"), (FaultKind.ImageUnreadable, "images/train/empty.jpg"),
                (FaultKind.MaskUnreadable, "labels/train/brokenmask.png"), (FaultKind.MaskUnreadable, "labels/train/text.png"),
                (FaultKind.SizeMismatch, "images/train/size.png"), (FaultKind.ImageConstant, "images/train/flat.png"), (FaultKind.MaskUnlabelled, "labels/train/nothing.png"),
                (FaultKind.MaskConstant, "labels/train/one.png"),
            ],
            report.Faults.SelectMany(group => group.Examples).OrderBy(fault => fault.Kind).ThenBy(fault => fault.File, StringComparer.Ordinal).Select(fault => (fault.Kind, fault.File)));
        Assert.Equal(4, report.Usable);
        Assert.Null(report.Problem);
        Assert.Contains("32 x 24, its mask 31 x 24", Drop.Find(report, FaultKind.SizeMismatch)!.Examples[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_bytes_stay_where_they_are_measured_and_leave_where_they_are_learned()
    {
        Good("train/a", 5);
        Good("train/b", 6);
        Good("val/copy", 5);
        Good("val/own", 7);

        var set = await drop.CuratedAsync();

        Assert.Equal(["b"], set.Samples(Split.Train).Select(sample => sample.Id));
        Assert.Equal(["copy", "own"], set.Samples(Split.Val).Select(sample => sample.Id));
        var report = DatasetReport.FromJson(File.ReadAllBytes(Path.Combine(set.Folder, DatasetReport.FileName)));
        Assert.Equal("images/train/a.png", Drop.Find(report, FaultKind.ImageDuplicate)!.Examples[0].File);
    }

    [Fact]
    public async Task An_image_that_was_skipped_takes_no_good_copy_of_it_along()
    {
        drop.Image("images/val/bad.png", 5).Ids("labels/val/bad.png", (_, _) => 255);
        Good("train/copy", 5);
        Good("train/again", 5);
        Good("val/own", 7);

        var report = await drop.CheckAsync();

        Assert.Equal((2, 1L), ((int)report.Usable, report.Splits.Single(split => split.Split == Split.Train).Images));
        Assert.Single(Drop.Find(report, FaultKind.MaskUnlabelled)!.Examples);
        Assert.Equal("images/train/", Assert.Single(Drop.Find(report, FaultKind.ImageDuplicate)!.Examples).File[..13]);
    }

    [Fact]
    public async Task A_recompressed_copy_in_another_split_is_found_and_other_pictures_are_not()
    {
        for (var i = 0; i < 40; i++)
            Good($"train/{i}", 100 + i);
        drop.Bytes("images/val/copy.jpg", PhotoEncoder.Jpeg(ImageDecoder.ResizeTo(Drop.Painted(117), 48, 36), 80)).Ids("labels/val/copy.png", Drop.Halves(0, 1), 48, 36);
        Good("val/other", 900);

        var report = await drop.CheckAsync();

        var near = Drop.Find(report, FaultKind.NearDuplicateAcrossSplits)!;
        Assert.Equal((1, "images/train/17.png"), (near.Count, near.Examples[0].File));
        Assert.Contains("images/val/copy.jpg", near.Examples[0].Detail, StringComparison.Ordinal);
        Assert.Equal(42, report.Usable);
    }

    [Fact]
    public async Task A_smoothed_mask_is_told_from_one_with_strange_values()
    {
        var spec = Colored with { MaxUnknownShare = 1 };
        var smooth = ImageDecoder.ResizeTo(ImageDecoder.ResizeTo(Drop.Picture(Drop.Halves(0xFF0000, 0x0000FF)), 13, 10), Drop.Width, Drop.Height);
        drop.Image("images/train/a.png").Bytes("labels/train/a.png", PhotoEncoder.Png(smooth));
        drop.Image("images/train/b.png").Colors("labels/train/b.png", (x, _) => x < 16 ? 0xFF0000 : x < 20 ? 0x00FF00 : 0x0000FF);

        var report = await drop.CheckAsync(spec);

        Assert.Equal("labels/train/a.png", Assert.Single(Drop.Find(report, FaultKind.MaskAntialiased)!.Examples).File);
        Assert.Equal("labels/train/b.png", Assert.Single(Drop.Find(report, FaultKind.UnknownValues)!.Examples).File);
        Assert.Equal(96, Drop.Find(report, FaultKind.UnknownValues)!.Pixels);
    }

    [Fact]
    public async Task A_mask_stored_with_loss_is_named_as_such()
    {
        var mask = Drop.Picture((x, y) => x < y ? 0xFF0000 : 0x0000FF);
        drop.Image("images/train/a.png").Bytes("labels/train/a.jpg", PhotoEncoder.Jpeg(mask, 75));
        drop.Image("images/train/b.png").Bytes("labels/train/b.webp", PhotoEncoder.WebP(mask, 75));

        var report = await drop.CheckAsync(Colored with { MaxUnknownShare = 1 });

        Assert.Equal(2, Drop.Find(report, FaultKind.MaskLossy)!.Count);
        Assert.True(report.UnknownPixels > 0);
    }

    [Fact]
    public async Task A_turned_photo_is_taken_upright_and_a_mask_of_the_stored_picture_is_refused()
    {
        var stored = PhotoEncoder.Jpeg(Drop.Painted(3, 24, 32), 95);
        drop.Bytes("images/train/a.jpg", Files.JpegWithOrientation(stored, 6)).Ids("labels/train/a.png", Drop.Halves(0, 1));
        drop.Bytes("images/train/b.jpg", Files.JpegWithOrientation(stored, 8)).Ids("labels/train/b.png", (x, _) => x % 2, 24, 32);

        var report = await drop.CheckAsync();

        Assert.Equal("images/train/a.jpg", Assert.Single(Drop.Find(report, FaultKind.ImageTurned)!.Examples).File);
        Assert.Contains("before its EXIF orientation", Drop.Find(report, FaultKind.SizeMismatch)!.Examples[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_promises_too_many_pixels_is_refused_before_decoding()
    {
        Good("train/good");
        drop.Bytes("images/train/bomb.png", Files.PngOf(Files.PngHeader(60_000, 60_000, 8, 2), Files.PngChunk("IDAT", new byte[64]), Files.PngChunk("IEND", []))).Ids("labels/train/bomb.png", Drop.Halves(0, 1));
        drop.Image("images/train/mask.png").Bytes("labels/train/mask.png", Files.PngOf(Files.PngHeader(60_000, 60_000, 8, 0), Files.PngChunk("IDAT", new byte[64]), Files.PngChunk("IEND", [])));
        var before = GC.GetTotalAllocatedBytes();

        var report = await drop.CheckAsync();

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
        Assert.Equal((1, 1), ((int)Drop.Find(report, FaultKind.ImageUnreadable)!.Count, (int)Drop.Find(report, FaultKind.MaskUnreadable)!.Count));
        Assert.Equal(1, report.Usable);
    }

    [Fact]
    public async Task A_set_of_which_nothing_is_left_says_the_most_frequent_reason()
    {
        for (var i = 0; i < 3; i++)
            drop.Image($"images/train/{i}.png").Ids($"labels/train/{i}.png", Drop.Halves(0, 1), 30, 20);

        var (report, set) = await drop.CurateAsync();

        Assert.Null(set);
        Assert.Equal(ErrorCodes.DatasetEmpty, Assert.Throws<RoadSegException>(report.ThrowIfUnusable).Code);
        Assert.Contains("3 times: images/train/", report.Problem!.Message, StringComparison.Ordinal);
        Assert.Equal(["faults.jsonl", "report.html", "report.json"], Directory.EnumerateFiles(Path.Combine(drop.Out, "test", "failed")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["failed"], Directory.EnumerateDirectories(Path.Combine(drop.Out, "test")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_single_drive_cannot_be_divided_and_the_message_says_what_to_change()
    {
        for (var i = 0; i < 5; i++)
            drop.Image($"i/d1_{i}.png").Ids($"m/d1_{i}.png", Drop.Halves(0, 1));
        var spec = Spec with { Patterns = new("i/{id}.{ext}", "m/{id}.png"), Split = new SplitSpec { Group = "^(d1)_" } };

        var report = await drop.CheckAsync(spec);
        var single = await drop.CheckAsync(spec with { Split = new SplitSpec { Group = "none", Train = 0.6, Val = 0.2, Test = 0.2 } });

        Assert.Equal(ErrorCodes.DatasetSplitEmpty.Code, report.Problem!.Code);
        Assert.Contains("split.group", report.Problem.Message, StringComparison.Ordinal);
        Assert.Equal([3L, 1L, 1L], single.Splits.Select(split => split.Images));
    }

    [Fact]
    public async Task A_layout_without_val_gives_whole_drives_of_its_train_to_it_and_the_report_says_so()
    {
        for (var i = 0; i < 30; i++)
            drop.Image($"train/d{i % 6}_{i}.png").Ids($"trainannot/d{i % 6}_{i}.png", Drop.Halves(0, 1));
        drop.Image("test/e_1.png").Ids("testannot/e_1.png", Drop.Halves(0, 1));

        var set = await drop.CuratedAsync(Drop.Of("camvid"));
        var other = await drop.CuratedAsync(Drop.Of("camvid", new SplitSpec { By = SplitSource.Layout, Seed = 3 }));
        var none = await drop.CheckAsync(Drop.Of("camvid", new SplitSpec { Train = 1, Val = 0, Test = 0 }));

        var report = DatasetReport.FromJson(File.ReadAllBytes(Path.Combine(set.Folder, DatasetReport.FileName)));
        Assert.Equal([(Split.Train, 25L, 5), (Split.Val, 5L, 1), (Split.Test, 1L, 1)], report.Splits.Select(split => (split.Split, split.Images, split.Groups)));
        Assert.Equal(SplitSource.Layout, report.SplitBy);
        Assert.Contains("5 of the 30 pairs of train are taken", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Single(set.Samples(Split.Val).Select(sample => sample.Id.Split('_')[0]).Distinct());
        Assert.NotEqual(set.Samples(Split.Val).Select(sample => sample.Id), other.Samples(Split.Val).Select(sample => sample.Id));
        Assert.Equal([Split.Train, Split.Test], none.Splits.Select(split => split.Split));
        Assert.Null(none.Problem);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    public async Task A_layout_without_val_and_with_one_drive_is_refused_before_training_is(int images)
    {
        for (var i = 0; i < images; i++)
            drop.Image($"train/d_{i}.png").Ids($"trainannot/d_{i}.png", Drop.Halves(0, 1));

        var report = await drop.CheckAsync(Drop.Of("camvid"));

        Assert.Equal(ErrorCodes.DatasetSplitEmpty.Code, report.Problem!.Code);
        Assert.Contains("The split val has no image", report.Problem.Message, StringComparison.Ordinal);
        Assert.Contains("add images of that split", report.Problem.Message, StringComparison.Ordinal);
        Assert.Empty(report.Notes);
    }

    [Fact]
    public async Task A_group_never_lies_on_two_sides_and_a_seed_names_its_division()
    {
        for (var i = 0; i < 60; i++)
            drop.Image($"i/d{i % 12}_{i}.png").Ids($"m/d{i % 12}_{i}.png", Drop.Halves(0, 1));
        var spec = Spec with { Patterns = new("i/{id}.{ext}", "m/{id}.png") };

        var first = await DivideAsync(1);
        var again = await DivideAsync(1);
        var other = await DivideAsync(2);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
        foreach (var division in new[] { first, other })
        {
            Assert.All(division.GroupBy(line => line.Group), group => Assert.Single(group.Select(line => line.Split).Distinct()));
            Assert.Equal([Split.Train, Split.Val, Split.Test], division.Select(line => line.Split).Distinct().Order());
            Assert.InRange(division.Count(line => line.Split == Split.Train), 45, 50);
        }

        async Task<List<(string Group, Split Split)>> DivideAsync(long seed)
        {
            var set = await drop.CuratedAsync(spec with { Split = new SplitSpec { Seed = seed, Group = "^(d[0-9]+)_" } });
            return [.. set.Manifest.Splits.SelectMany(split => set.Samples(split.Split).Select(sample => (sample.Id.Split('_')[0], split.Split))).Order()];
        }
    }

    private static DatasetSpec Colored => Spec with { Labels = new LabelSpec { Classes = [new("red"), new("blue")], Encoding = RoadSeg.Datasets.MaskEncoding.Color, Map = new Dictionary<string, System.Text.Json.JsonElement> { ["#ff0000"] = System.Text.Json.JsonElement.Parse("0"), ["#0000ff"] = System.Text.Json.JsonElement.Parse("1") } } };

    private SetCheckTests Good(string name, int? seed = null)
    {
        drop.Image($"images/{name}.png", seed).Ids($"labels/{name}.png", Drop.Halves(0, 1));
        return this;
    }

}
