using System.Globalization;
using System.IO.Compression;
using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

/// <summary>What goes out to a tool comes back from its files with the same masks, to the pixel.</summary>
public sealed class ExportTests : IDisposable
{
    private static readonly LabelSpec Labels = new()
    {
        Classes = [new("road", RgbColor.Parse("#804080")), new("straße & \"Weg\" \\ 🚗", RgbColor.Parse("#102030")), new("black", RgbColor.Parse("#000000")), new("background")],
        Encoding = MaskEncoding.Id,
    };

    private readonly Drop drop = new()
    {
        Spec = Drop.Of("pairs", labels: Labels) with
        {
            Patterns = new PatternSpec("images/{split}/{id}.{ext}", "masks/{split}/{id}.png"),
            Target = new PreprocessSpec(ResizeMode.Stretch, Drop.Width, Drop.Height, 1),
            Licence = "CC BY 4.0",
        },
    };

    public ExportTests()
    {
        // A hole of no class with an island in it, another class within a hole, and holes below each other.
        Add("train", "a b", """
            ................................
            .000000000000000000000000000000.
            .0..........0000000000000000000.
            .0.111111...000.000111110000000.
            .0.1....1...0000000122210000000.
            .0.1.22.1...000.000122210000000.
            .0.1....1...0000000111110000000.
            .0.111111...000.000000000000000.
            .0..........0000000000000000000.
            .000000000000000000000000000000.
            """);

        // Regions that touch each other, touch at corners alone, lie apart, and reach the border; single pixels.
        Add("train", "straße ü%20#1", """
            01010101010101010101010101010101
            10101010101010101010101010101010
            00000000000000000000000000000000
            3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.
            .3.3.3.3.3.3.3.3.3.3.3.3.3.3.3.3
            11111111111111111111111111111111
            11111111....22222222....11111111
            11111111....22222222....11111111
            """);
        Add("train", "folder_x", "0123");
        Add("val", "val.1", "33333333333333333333333333333333\n3.3");

        // Noise: every form of border there is.
        var lot = new Random(1);
        Add("test", "images", string.Join('\n', Enumerable.Range(0, Drop.Height).Select(_ => string.Concat(Enumerable.Range(0, Drop.Width).Select(_ => "0123..."[lot.Next(7)])))));
        Add("test", "labels", string.Join('\n', Enumerable.Range(0, Drop.Height).Select(_ => string.Concat(Enumerable.Range(0, Drop.Width).Select(_ => lot.Next(5) == 0 ? "." : "0")))));
    }

    public static TheoryData<string, string> Ways => new()
    {
        { "cvat", "cvat" },
        { "label-studio", "label-studio" },
        { "coco", "coco" },
        { "yolo", "yolo" },
        { "labelme", "labelme" },
        { "voc", "voc" },
        { "voc", "cvat-mask" },
        { "huggingface", "huggingface" },
    };

    public static TheoryData<string> Forms => [.. ExportFormats.All.Select(format => format.Name)];

    public void Dispose() => drop.Dispose();

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_a_form_takes_out_its_layout_brings_back_to_the_pixel(string form, string layout)
    {
        var set = await drop.CuratedAsync();
        using var back = new TempFolder();
        await using (var zip = File.Create(back["set.zip"]))
            DatasetExport.ToArchive(set, ExportFormats.Find(form), zip, null, TestContext.Current.CancellationToken);
        ZipFile.ExtractToDirectory(back["set.zip"], back["set"]);

        var (report, again) = await new DatasetCurator(TimeProvider.System).CurateAsync(
            new LocalFolderFiles(back["set"]), Drop.Of(layout, new SplitSpec { Val = 0, Test = 0, Train = 1 }) with { Target = drop.Spec.Target }, drop.Options, back["out"], null, TestContext.Current.CancellationToken);

        report.ThrowIfUnusable();

        // Labelme's outlines lie over each other by design.
        Assert.DoesNotContain(report.Faults, fault => fault.Kind != FaultKind.MaskConstant && !(form == "labelme" && fault.Kind == FaultKind.ShapesOverlap));
        Assert.Equal(Shown(set), Shown(again!));
    }

    [Theory]
    [InlineData("cvat")]
    [InlineData("coco")]
    [InlineData("yolo")]
    [InlineData("voc")]
    [InlineData("huggingface")]
    public async Task The_division_goes_with_the_labels(string form)
    {
        var set = await drop.CuratedAsync();
        using var back = new TempFolder();
        DatasetExport.ToFolder(set, ExportFormats.Find(form), back["set"], null, TestContext.Current.CancellationToken);

        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(new LocalFolderFiles(back["set"]), Drop.Of(form), drop.Options, null, null, TestContext.Current.CancellationToken);

        Assert.Equal([(Split.Train, 3L), (Split.Val, 1L), (Split.Test, 2L)], report.Splits.Select(split => (split.Split, split.Images)));
    }

    [Theory]
    [InlineData("cvat", "cvat")]
    [InlineData("coco", "coco")]
    [InlineData("voc", "cvat-mask")]
    public async Task Colours_come_back_where_the_form_has_them(string form, string layout)
    {
        var set = await drop.CuratedAsync();
        using var back = new TempFolder();
        DatasetExport.ToFolder(set, ExportFormats.Find(form), back["set"], null, TestContext.Current.CancellationToken);

        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(new LocalFolderFiles(back["set"]), Drop.Of(layout), drop.Options, null, null, TestContext.Current.CancellationToken);

        foreach (var label in set.Labels.Classes.Where(label => label.Name != "black"))
            Assert.Equal(label.Color, report.Classes.Single(of => of.Name == label.Name).Color);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task An_archive_holds_the_pinned_files(string form)
    {
        using var small = new Drop { Spec = drop.Spec };
        small.Image("images/train/a b.png", 1).Ids("masks/train/a b.png", (x, y) => x is > 3 and < 9 && y is > 3 and < 9 ? x == 6 && y == 6 ? 255 : 1 : x < 16 ? 0 : 255);
        small.Image("images/val/ü.png", 2).Ids("masks/val/ü.png", (x, y) => x < 16 && y < 20 ? 2 : 255);
        var set = await small.CuratedAsync();
        using var zip = new MemoryStream();
        DatasetExport.ToArchive(set, ExportFormats.Find(form), zip, null, TestContext.Current.CancellationToken);

        // The version follows from the bytes of the pictures, which are another library's.
        var text = Listing(zip).Replace(set.Version, "VERSION", StringComparison.Ordinal);

        var golden = Checkout.File($"tests/golden/exports/{form}.txt");
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            await File.WriteAllTextAsync(golden, text, TestContext.Current.CancellationToken);
        }

        Assert.True(File.Exists(golden), $"{golden} is missing: ROADSEG_PIN=1 writes it.");
        Assert.Equal(await File.ReadAllTextAsync(golden, TestContext.Current.CancellationToken), text);
    }

    [Fact]
    public async Task The_same_version_gives_the_same_archive()
    {
        var set = await drop.CuratedAsync();
        foreach (var format in ExportFormats.All)
        {
            using var first = new MemoryStream();
            using var second = new MemoryStream();
            DatasetExport.ToArchive(set, format, first, null, TestContext.Current.CancellationToken);
            DatasetExport.ToArchive(set, format, second, null, TestContext.Current.CancellationToken);
            Assert.True(first.ToArray().AsSpan().SequenceEqual(second.ToArray()), format.Name);
        }
    }

    [Fact]
    public void A_form_that_is_not_known_is_refused_with_the_nearest()
    {
        var refusal = Assert.Throws<RoadSegException>(() => ExportFormats.Find("lableme"));

        Assert.Equal(ErrorCodes.RequestInvalid, refusal.Code);
        Assert.Contains("did you mean 'labelme'?", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(ExportFormats.Names, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_version_leaves_no_folder_behind()
    {
        var set = await drop.CuratedAsync();
        var shard = Path.Combine(set.Folder, set.Find(Split.Test)!.Shards[0].File);
        var bytes = await File.ReadAllBytesAsync(shard, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(shard, bytes, TestContext.Current.CancellationToken);

        foreach (var format in ExportFormats.All)
        {
            var refusal = Assert.Throws<RoadSegException>(() => DatasetExport.ToFolder(set, format, Path.Combine(drop.Out, "export"), null, TestContext.Current.CancellationToken));
            Assert.Equal(ErrorCodes.CuratedSetInvalid, refusal.Code);
        }

        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(drop.Out), path => Path.GetFileName(path).StartsWith("export", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_version_without_photos_is_refused()
    {
        var set = await drop.CuratedAsync();
        var manifest = Path.Combine(set.Folder, CuratedManifest.FileName);
        await File.WriteAllBytesAsync(manifest, (set.Manifest with { Splits = [] }).ToJson(), TestContext.Current.CancellationToken);
        var empty = CuratedSet.Open(set.Folder);

        Assert.Equal(ErrorCodes.DatasetEmpty, Assert.Throws<RoadSegException>(() => DatasetExport.ToArchive(empty, ExportFormats.Find("coco"), new MemoryStream(), null, TestContext.Current.CancellationToken)).Code);
    }

    [Theory]
    [InlineData("voc", "left:right")]
    [InlineData("labelme", "__ignore__")]
    [InlineData("cvat", " road")]
    [InlineData("coco", "ro\nad")]
    public void A_class_that_a_form_cannot_name_is_refused_by_its_name(string form, string name)
    {
        var set = new ExportedSet("set", "", new LabelCatalogue([new LabelClass(0, name, default)], 255), "");
        using var files = ExportFiles.InArchive(new MemoryStream());

        var refusal = Assert.Throws<RoadSegException>(() => new DatasetExport(ExportFormats.Find(form), set, files));

        Assert.Equal(ErrorCodes.DatasetInvalid, refusal.Code);
        Assert.Contains(name.Replace('\n', '?'), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_refused_by_the_photo_s_name_where_a_form_takes_outlines_and_taken_where_it_takes_pictures()
    {
        const int Side = 1100;
        byte[] noise = [.. Enumerable.Range(0, Side * Side).Select(i => (byte)((i + (i / Side)) % 2))];
        var set = new ExportedSet("set", "", new LabelCatalogue([new LabelClass(0, "road", new RgbColor(1, 2, 3)), new LabelClass(1, "car", new RgbColor(4, 5, 6))], 255), "");
        var photo = new ExportedPhoto("street 7", null, "", PhotoEncoder.Jpeg(Drop.Painted(1, Side, Side)), "jpg", Side, Side, noise);
        foreach (var format in ExportFormats.All)
        {
            using var files = ExportFiles.InArchive(Stream.Null);
            var export = new DatasetExport(format, set, files);
            if (format.Name is "voc" or "huggingface")
            {
                export.Add(photo);
                continue;
            }

            var refusal = Assert.Throws<RoadSegException>(() => export.Add(photo));
            Assert.Equal(ErrorCodes.MaskTooComplex, refusal.Code);
            Assert.Contains("'street 7'", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Names_that_a_file_system_cannot_hold_or_tell_apart_become_names_that_it_can(string form)
    {
        string[] ids = ["a/b", "a_b", "A_B", ".hidden", "x?.", "..", "con\u0001trol", new string('ü', 400), new string('ü', 400)];
        var set = new ExportedSet("set", "", new LabelCatalogue([new LabelClass(0, "road", new RgbColor(1, 2, 3))], 255), "");
        using var zip = new MemoryStream();
        using (var files = ExportFiles.InArchive(zip))
        {
            var export = new DatasetExport(ExportFormats.Find(form), set, files);
            foreach (var id in ids)
                export.Add(new ExportedPhoto(id, null, "", PhotoEncoder.Png(Drop.Painted(1, 4, 4)), "png", 4, 4, new byte[16]));
            export.Finish();
        }

        using var archive = new ZipArchive(zip, ZipArchiveMode.Read);
        var pictures = archive.Entries.Select(entry => entry.FullName).Where(path => path.EndsWith(".png", StringComparison.Ordinal) && !path.StartsWith("Segm", StringComparison.Ordinal) && !path.Contains("/labels/", StringComparison.Ordinal)).ToList();
        Assert.Equal(ids.Length, pictures.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(pictures, path => Assert.DoesNotContain(path.Split('/'), part => part.StartsWith('.') || part.Any(char.IsControl) || Encoding.UTF8.GetByteCount(part) > 255));
    }

    [Fact]
    public void What_a_model_labelled_are_predictions_to_Label_Studio()
    {
        var set = new ExportedSet("review", "", new LabelCatalogue([new LabelClass(0, "road", default)], 255), "");
        using var zip = new MemoryStream();
        using (var files = ExportFiles.InArchive(zip))
        {
            var export = new DatasetExport(ExportFormats.Find("label-studio"), set, files);
            export.Add(new ExportedPhoto("a", null, "", PhotoEncoder.Png(Drop.Painted(1, 4, 4)), "png", 4, 4, new byte[16], "roadseg 1.2"));
            export.Finish();
        }

        var tasks = Listing(zip);
        Assert.Contains("\"predictions\":[{\"id\":1,\"model_version\":\"roadseg 1.2\"", tasks, StringComparison.Ordinal);
        Assert.DoesNotContain("annotations", tasks, StringComparison.Ordinal);
    }

    private void Add(string split, string id, string rows)
    {
        var lines = rows.Split('\n');
        drop.Image($"images/{split}/{id}.png").Ids($"masks/{split}/{id}.png", (x, y) => y < lines.Length && x < lines[y].Length && lines[y][x] != '.' ? lines[y][x] - '0' : 255);
    }

    private static string Listing(MemoryStream zip)
    {
        using var archive = new ZipArchive(new MemoryStream(zip.ToArray()), ZipArchiveMode.Read);
        var text = new StringBuilder();
        foreach (var entry in archive.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"== {entry.FullName}\n");
            if (entry.FullName.EndsWith(".png", StringComparison.Ordinal))
                continue;
            using var reader = new StreamReader(entry.Open());
            text.Append(reader.ReadToEnd().TrimEnd('\n')).Append('\n');
        }

        return text.ToString();
    }

    // A photo is known by its pixels, a class by its name.
    private static string Shown(CuratedSet set)
    {
        var samples = set.Manifest.Splits.SelectMany(split => set.Samples(split.Split)).ToList();
        var text = new StringBuilder();
        foreach (var sample in samples.OrderBy(sample => Convert.ToHexString(sample.Image.Pixels), StringComparer.Ordinal))
        {
            foreach (var row in sample.Ids.Chunk(sample.Image.Width))
                text.AppendJoin(' ', row.Select(id => id == 255 ? "." : set.Labels.Classes[id].Name)).Append('\n');
            text.Append('\n');
        }

        return text.ToString();
    }
}
