using System.Globalization;
using System.IO.Compression;
using System.Text;
using Azure.Storage.Blobs;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

/// <summary>Names that machines write differently pair all the same, and odd ones come through a check, a zip and an export, or are findings.</summary>
public sealed class OddNameTests : IDisposable
{
    private const string Composed = "stra\u00DFe-\u00E9-\uAC01";
    private const string Decomposed = "stra\u00DFe-e\u0301-\u1100\u1161\u11A8";
    private readonly Drop drop = new();

    public void Dispose() => drop.Dispose();

    [Fact]
    public void Composition_is_that_of_Unicode()
    {
        var lines = File.ReadAllLines(Checkout.File("tests/golden/unicode/nfc-pairs.txt"));

        Assert.True(lines.Length > 10_000);
        foreach (var line in lines)
        {
            var parts = line.Split('\t');
            Assert.True(Text(parts[1]) == Nfc.Of(Text(parts[0])), line);
        }

        static string Text(string hex) => string.Concat(hex.Split(' ').Select(point => char.ConvertFromUtf32(int.Parse(point, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("\u00E9")]
    [InlineData("\uD83D\uDE00")]
    [InlineData("\uD800")]
    [InlineData("a\uDC00\u0301\uD800")]
    public void What_is_composed_or_no_Unicode_stays(string text) => Assert.Same(text, Nfc.Of(text));

    // 2 of 3 pairs were lost where a Mac had written one side.
    [Theory]
    [InlineData("camvid", "train/{0}_1.png", "trainannot/{1}_1.png")]
    [InlineData("comma10k", "imgs/{0}.png", "masks/{1}.png")]
    [InlineData("kitti", "training/image_2/{0}.png", "training/semantic/{1}.png")]
    [InlineData("cityscapes", "leftImg8bit/train/{0}/a_leftImg8bit.png", "gtFine/train/{1}/a_gtFine_labelIds.png")]
    [InlineData("a2d2", "{0}/camera/c/1_camera_1.png", "{1}/label/c/1_label_1.png")]
    [InlineData("bdd100k", "images/10k/train/{0}.jpg", "labels/sem_seg/masks/train/{1}.png")]
    public async Task Names_that_differ_in_Unicode_form_alone_pair(string layout, string image, string mask)
    {
        foreach (var (one, other) in (ValueTuple<string, string>[])[(Composed, Decomposed), (Decomposed + "b", Composed + "b"), (Decomposed + "c", Decomposed + "c")])
        {
            drop.Image(Of(image, one));
            if (layout is "comma10k" or "a2d2")
                drop.Colors(Of(mask, other, 1), Drop.Halves(0x402020, 0xFF0000));
            else
                drop.Ids(Of(mask, other, 1), Drop.Halves(7, 8));
        }

        var report = await drop.CheckAsync(Drop.Of(layout) with { MaxUnknownShare = 1 });

        Assert.Equal(3, report.Pairs);
        Assert.DoesNotContain(report.Faults, group => group.Kind is FaultKind.ImageWithoutMask or FaultKind.MaskWithoutImage);

        static string Of(string pattern, string name, int place = 0) => pattern.Replace($"{{{place}}}", name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_patterns_labels_and_groups_are_compared_composed()
    {
        drop.Image($"{Decomposed}/x/a.png").Ids($"{Composed}/y/a.png", Drop.Halves(0, 1)).Image($"{Decomposed}/x/b.png").Ids($"{Decomposed}/y/b.png", Drop.Halves(0, 1));
        drop.Text("train.txt", $"{Composed}/x/a.png {Decomposed}/y/a.png\n{Composed}/x/b.png {Composed}/y/b.png\n");
        var labels = new LabelSpec { Classes = [new(Composed), new("car")], Map = new Dictionary<string, System.Text.Json.JsonElement> { ["0"] = System.Text.Json.JsonSerializer.SerializeToElement(Decomposed), ["1"] = System.Text.Json.JsonSerializer.SerializeToElement("car") } };

        var listed = await drop.CheckAsync(Drop.Of("lists", labels: labels));
        var pairs = await drop.CheckAsync(Drop.Of("pairs", new SplitSpec { Group = $"^(.)" }, labels) with { Patterns = new($"{Composed}/x/{{id}}.png", $"{Decomposed}/y/{{id}}.png") });

        Assert.Equal((2L, 2L), (listed.Pairs, pairs.Pairs));
        Assert.Equal(256, Drop.PixelsOf(listed, Composed));
    }

    [Fact]
    public async Task Two_files_of_one_name_in_two_forms_are_a_finding_and_the_composed_one_is_read()
    {
        drop.Image($"train/{Composed}_1.png").Ids($"trainannot/{Composed}_1.png", Drop.Halves(0, 1)).Bytes($"train/{Decomposed}_1.png", []);

        var report = await drop.CheckAsync(Drop.Of("camvid"));

        Assert.Equal(1, report.Usable);
        Assert.Equal($"train/{Decomposed}_1.png", Assert.Single(Drop.Find(report, FaultKind.IdentifierTwice)!.Examples).File);
    }

    [Fact]
    public async Task A_set_has_one_version_whatever_machine_wrote_its_names()
    {
        async Task<string> VersionAsync(string name)
        {
            using var set = new Drop();
            set.Image($"train/{name}_1.png", own: 1).Ids($"trainannot/{name}_1.png", Drop.Halves(0, 1)).Image("val/b_1.png", own: 2).Ids("valannot/b_1.png", Drop.Halves(0, 1));
            return (await set.CuratedAsync(Drop.Of("camvid"))).Version;
        }

        Assert.Equal(await VersionAsync(Composed), await VersionAsync(Decomposed));
    }

    [Fact]
    public async Task Zips_of_two_machines_are_one_set_and_one_name_twice_is_refused()
    {
        using var source = new Drop();
        source.Image("i.png").Ids("m.png", Drop.Halves(0, 1));
        var (image, mask) = (File.ReadAllBytes(Path.Combine(source.Path, "i.png")), File.ReadAllBytes(Path.Combine(source.Path, "m.png")));
        drop.Bytes("images.zip", Zip(($"train/{Composed}_1.png", image))).Bytes("labels.zip", Zip(($"trainannot/{Decomposed}_1.png", mask)));

        var files = await ZipUnpacker.ExpandAsync(new LocalFolderFiles(drop.Path), drop.Out, new ZipLimits(), TestContext.Current.CancellationToken);
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(files, Drop.Of("camvid"), drop.Options, null, null, TestContext.Current.CancellationToken);
        using var twice = new MemoryStream(Zip((Composed, image), (Decomposed, mask)));
        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => ZipUnpacker.UnpackAsync(twice, drop.Out + "2", new ZipLimits(), TestContext.Current.CancellationToken));

        Assert.Equal(1, report.Pairs);
        Assert.Contains("twice", refusal.Message, StringComparison.Ordinal);
    }

    // Each name goes through a zip, a curated version and the Hugging Face export, and comes back as identifier.
    [Theory]
    [InlineData("100%")]
    [InlineData("50%25")]
    [InlineData("a%2Fb")]
    [InlineData("\uD83D\uDE97 street")]
    [InlineData("trailing. ")]
    [InlineData(" leading")]
    [InlineData("dots...")]
    [InlineData("Upper")]
    [InlineData("#hash?query&more=1+1")]
    [InlineData("'quote\"s, and commas")]
    [InlineData("{brace}")]
    [InlineData("\u05E9\u05DC\u05D5\u05DD\u200F")]
    public async Task Odd_names_round_trip(string name)
    {
        foreach (var split in (string[])["train", "val"])
            drop.Image($"{split}/{split}{name}.png").Ids($"{split}annot/{split}{name}.png", Drop.Halves(0, 1));
        using var zip = new MemoryStream();
        ZipFile.CreateFromDirectory(drop.Path, zip);
        zip.Position = 0;
        await ZipUnpacker.UnpackAsync(zip, drop.Out + "-unpacked", new ZipLimits(), TestContext.Current.CancellationToken);

        var (report, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(drop.Out + "-unpacked"), Drop.Of("camvid"), drop.Options, drop.Out, null, TestContext.Current.CancellationToken);
        DatasetExport.ToFolder(set!, ExportFormats.Find("huggingface"), drop.Out + "-export", null, TestContext.Current.CancellationToken);
        var again = await new DatasetCurator(TimeProvider.System).CheckAsync(new LocalFolderFiles(drop.Out + "-export"), Drop.Of("huggingface"), drop.Options, null, null, TestContext.Current.CancellationToken);

        Assert.Empty(report.Faults);
        Assert.Equal(["train" + name, "val" + name], set!.Samples(Split.Train).Concat(set.Samples(Split.Val)).Select(sample => sample.Id));
        Assert.Equal((2L, 2L), (again.Pairs, again.Usable));
        Assert.Contains(System.Text.Json.JsonEncodedText.Encode("train" + name, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), File.ReadAllText(Path.Combine(drop.Out + "-export", "train", "metadata.jsonl")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Label_Studio_finds_images_whose_names_look_like_addresses()
    {
        drop.Image("100%25.png").Image("what?.png").Image("e\u0301.png");
        var rle = string.Join(',', LabelStudioTests.Encode(Drop.Width, Drop.Height, (x, _) => x < 16));
        string Task(int id, string image) => $$"""{"id":{{id}},"data":{"image":"{{image}}"},"annotations":[{"id":{{id}},"result":[{"original_width":32,"original_height":24,"value":{"rle":[{{rle}}],"brushlabels":["road"]} }]}]}""";
        drop.Text("export.json", $"[{Task(1, "/data/upload/1/0a1b2c3d-100%25.png")},{Task(2, "/data/what?.png")},{Task(3, "/data/upload/%C3%A9.png")}]");

        var report = await drop.CheckAsync(Drop.Of("label-studio", new SplitSpec { Train = 1, Val = 0, Test = 0 }));

        Assert.Equal((3L, 3L), (report.Pairs, report.Usable));
    }

    [Fact]
    public async Task Names_as_long_as_storage_takes_go_through_or_are_refused_by_name()
    {
        var folders = string.Join('/', Enumerable.Repeat(new string('x', 199), 4));
        var name = $"{folders}/train/{new string('y', 150)}.png";
        drop.Image(name).Ids($"{folders}/trainannot/{new string('y', 150)}.png", Drop.Halves(0, 1));

        var report = await drop.CheckAsync(Drop.Of("camvid"));
        using var zip = new MemoryStream(Zip((new string('z', 256), [1])));
        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => ZipUnpacker.UnpackAsync(zip, drop.Out, new ZipLimits(), TestContext.Current.CancellationToken));

        Assert.Equal((1L, 1L), (report.Pairs, report.Usable));
        Assert.Contains("zzz", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    // Storage has no such name: the file would lie in a folder that nobody made, or take another's place.
    [Fact]
    public async Task A_backslash_in_the_name_of_a_file_is_refused_by_name_before_anything_is_sent()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it divides folders.");
        using var root = new TempFolder();
        await File.WriteAllTextAsync(root["a\\b.png"], "", TestContext.Current.CancellationToken);
        var nowhere = new BlobContainerClient("DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:1/a", "datasets");

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => new DatasetPush(nowhere).UploadAsync(
            root.Path, new DatasetSpec { Name = "set", Layout = "camvid" }, null, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCodes.DatasetInvalid, refused.Code);
        Assert.StartsWith("'a\\b.png' has a backslash", refused.Message, StringComparison.Ordinal);
    }
}
