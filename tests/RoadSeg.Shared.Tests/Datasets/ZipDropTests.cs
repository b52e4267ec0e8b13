using System.IO.Compression;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

public sealed class ZipDropTests : IDisposable
{
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_plain_archive_is_unpacked_with_its_folders()
    {
        await UnpackAsync(Zip(("a/b/c.txt", "one"u8.ToArray()), ("d/", []), ("e.txt", "two"u8.ToArray())), new ZipLimits());

        Assert.Equal("one", File.ReadAllText(folder["out/a/b/c.txt"]));
        Assert.Equal("two", File.ReadAllText(folder["out/e.txt"]));
    }

    [Theory]
    [InlineData("../escape.txt")]
    [InlineData("a/../../escape.txt")]
    [InlineData("/etc/escape.txt")]
    [InlineData("a\\..\\..\\escape.txt")]
    [InlineData("C:/escape.txt")]
    [InlineData("a//escape.txt")]
    [InlineData("a/./escape.txt")]
    [InlineData("a/\u0000escape.txt")]
    [InlineData("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21/22/23/24/25/26/27/28/29/30/31/32/33.txt")]
    public async Task A_path_that_is_not_plain_is_refused_and_nothing_is_left(string path)
    {
        await RefusedAsync(Zip(("good.txt", [1]), (path, [2])), new ZipLimits(), "no plain relative path");

        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*escape*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_link_is_refused()
    {
        var bytes = Zip(entry => entry.ExternalAttributes = unchecked((int)0xA1FF0000), ("link", "/etc/passwd"u8.ToArray()));

        await RefusedAsync(bytes, new ZipLimits(), "a link or a device");
    }

    [Fact]
    public async Task A_bomb_is_refused_by_its_ratio_its_size_and_its_number_of_files()
    {
        var zeros = Zip(("zeros.bin", new byte[4 << 20]));
        await RefusedAsync(zeros, new ZipLimits(), "200 times its packed size");
        await RefusedAsync(zeros, new ZipLimits { MaxRatio = 1032, MaxEntryBytes = 1 << 20 }, "for one file");
        await RefusedAsync(zeros, new ZipLimits { MaxRatio = 1032, MaxTotalBytes = 1 << 20 }, "unpacks to more than");
        await RefusedAsync(Zip([.. Enumerable.Range(0, 20).Select(i => ($"{i}", Array.Empty<byte>()))]), new ZipLimits { MaxEntries = 19 }, "20 entries");
    }

    [Fact]
    public async Task Many_small_files_do_not_get_past_the_ratio_and_several_archives_not_past_the_limits_of_one_drop()
    {
        await RefusedAsync(Zip([.. Enumerable.Range(0, 8).Select(i => ($"{i}.bin", new byte[1 << 20]))]), new ZipLimits(), "over 200 times its size");

        var archives = Directory.CreateDirectory(folder["drop"]).FullName;
        var random = new byte[600_000];
        Random.Shared.NextBytes(random);
        foreach (var name in new[] { "a", "b" })
            File.WriteAllBytes(Path.Combine(archives, $"{name}.zip"), Zip(($"{name}.bin", random)));
        var files = new LocalFolderFiles(archives);

        await RefusedSetAsync(files, new ZipLimits { MaxTotalBytes = 1_000_000 }, "more than 1,000,000 bytes");
        await RefusedSetAsync(files, new ZipLimits { MaxEntries = 1 }, "2 entries");
        await ZipUnpacker.ExpandAsync(files, folder["out2"], new ZipLimits { MaxTotalBytes = 1_200_000, MaxEntries = 2 }, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("a", "a/b")]
    [InlineData("A/b/c", "a/B")]
    [InlineData("a/b/c/d.png", "a/b")]
    public async Task A_file_and_a_folder_of_one_name_are_refused(string first, string second) =>
        await RefusedAsync(Zip((first, [1]), (second, [2])), new ZipLimits(), "a file and a folder of one name");

    [Fact]
    public async Task A_name_that_no_file_system_takes_is_refused()
    {
        await RefusedAsync(Zip((new string('a', 256), [1])), new ZipLimits(), "over 255 bytes");
        await RefusedAsync(Zip((new string('\u00e4', 128), [1])), new ZipLimits(), "over 255 bytes");
        await RefusedAsync(Zip((string.Join('/', Enumerable.Repeat(new string('a', 200), 6)), [1])), new ZipLimits(), "over 1,024");
    }

    [Fact]
    public async Task What_a_desktop_leaves_and_lists_beside_an_archive_do_not_keep_it_packed()
    {
        using var drop = new Drop();
        drop.Image("s1/camera/cam_front_center/1_camera_frontcenter_1.png").Colors("s1/label/cam_front_center/1_label_frontcenter_1.png", Drop.Halves(0xFF0000, 0x123456));
        var archives = Directory.CreateDirectory(folder["drop"]).FullName;
        ZipFile.CreateFromDirectory(drop.Path, Path.Combine(archives, "set.zip"));
        File.WriteAllText(Path.Combine(archives, ".DS_Store"), "x");
        File.WriteAllText(Path.Combine(archives, "Thumbs.db"), "x");
        File.WriteAllText(Path.Combine(archives, "class_list.json"), """{"#ff0000":"Car 1","#123456":"Sky"}""");

        var files = await ZipUnpacker.ExpandAsync(new LocalFolderFiles(archives), folder["out"], new ZipLimits(), TestContext.Current.CancellationToken);

        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(files, Drop.Of("a2d2"), new DatasetOptions(), null, null, TestContext.Current.CancellationToken);
        Assert.Equal((1L, 128L, 0L), (report.Usable, Drop.PixelsOf(report, "Sky"), report.UnknownPixels));

        // A picture beside it: the archive is part of a set of files.
        drop.Bytes("extra.zip", Zip(("a.txt", [1])));
        var plain = new LocalFolderFiles(drop.Path);
        Assert.Same(plain, await ZipUnpacker.ExpandAsync(plain, folder["none"], new ZipLimits(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_directory_that_lies_about_sizes_does_not_get_more_out()
    {
        var honest = Zip(("zeros.bin", new byte[8 << 20]));
        var lying = honest.ToArray();

        // The size in the central directory (after its signature PK 1 2, at 24) becomes one kilobyte.
        var central = lying.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BitConverter.TryWriteBytes(lying.AsSpan(central + 24), 1024);

        await RefusedAsync(lying, new ZipLimits(), "differs from the archive's directory");
    }

    [Fact]
    public async Task One_name_twice_is_refused_whatever_its_case()
    {
        await RefusedAsync(Zip(("a.png", [1]), ("A.PNG", [2])), new ZipLimits(), "twice");
    }

    [Fact]
    public async Task A_damaged_archive_leaves_nothing_behind()
    {
        var bytes = Zip(("a.bin", [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))]));
        var random = new Random(9);
        for (var i = 0; i < 200; i++)
        {
            var broken = i < 100 ? bytes[..random.Next(bytes.Length)] : bytes.ToArray();
            if (i >= 100)
                broken[random.Next(broken.Length)] ^= (byte)(1 + random.Next(255));
            try
            {
                await UnpackAsync(broken, new ZipLimits());
                Directory.Delete(folder["out"], recursive: true);
            }
            catch (RoadSegException e)
            {
                Assert.Equal(ErrorCodes.DatasetArchiveRefused, e.Code);
                Assert.False(Directory.Exists(folder["out"]));
            }
        }
    }

    [Fact]
    public async Task A_set_of_several_archives_is_read_as_one_and_a_plain_set_is_left_alone()
    {
        using var drop = new Drop();
        drop.Image("i/train/train/a_1.png").Ids("m/train/trainannot/a_1.png", Drop.Halves(3, 8));
        var archives = Directory.CreateDirectory(folder["drop"]).FullName;
        ZipFile.CreateFromDirectory(Path.Combine(drop.Path, "i"), Path.Combine(archives, "images.zip"));
        ZipFile.CreateFromDirectory(Path.Combine(drop.Path, "m"), Path.Combine(archives, "masks.zip"));
        File.WriteAllText(Path.Combine(archives, "dataset.json"), """{"name":"zipped","layout":"camvid"}""");
        var (plain, packed) = (new LocalFolderFiles(drop.Path), new LocalFolderFiles(archives));

        Assert.Same(plain, await ZipUnpacker.ExpandAsync(plain, folder["none"], new ZipLimits(), TestContext.Current.CancellationToken));
        var files = await ZipUnpacker.ExpandAsync(packed, folder["out"], new ZipLimits(), TestContext.Current.CancellationToken);

        var spec = await DatasetCurator.ReadSpecAsync(files, TestContext.Current.CancellationToken);
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(files, spec, new DatasetOptions(), null, null, TestContext.Current.CancellationToken);
        Assert.Equal(("zipped", 1L), (report.Name, report.Usable));
    }

    [Theory]
    [InlineData("images/{id}.{ext}", "labels/{id}.png")]
    [InlineData("**/images/{id}.{ext}", "**/labels/{id}.png")]
    public async Task Patterns_count_from_the_root_of_each_archive(string image, string mask)
    {
        using var drop = new Drop { Spec = Drop.Of("pairs", new SplitSpec { Train = 1, Val = 0, Test = 0 }, new LabelSpec { Classes = [new("road"), new("car")] }) with { Patterns = new(image, mask) } };
        drop.Image("a/images/1.png").Ids("a/labels/1.png", Drop.Halves(0, 1)).Image("a/images/2.png").Ids("b/labels/2.png", Drop.Halves(0, 1));

        var (report, set) = await drop.CurateAsync(await ZippedAsync(drop, "a", "b"));

        Assert.Equal(2, report.Usable);
        Assert.Empty(report.Faults);
        Assert.Equal(["1", "2"], set!.Samples(Split.Train).Select(sample => sample.Id).Order());
    }

    [Fact]
    public async Task A_presets_own_patterns_hold_for_archives_too()
    {
        using var drop = new Drop { Spec = Drop.Of("bdd100k", new SplitSpec { Train = 1, Val = 0, Test = 0 }) with { Patterns = new("frames/{id}.{ext}", "ids/{id}.png") } };
        drop.Image("a/frames/1.png").Ids("a/ids/1.png", Drop.Halves(0, 13));

        var (report, _) = await drop.CurateAsync(await ZippedAsync(drop, "a"));

        Assert.Equal((1L, 128L), (report.Usable, Drop.PixelsOf(report, "car")));
    }

    [Fact]
    public async Task Lists_beside_archives_name_files_of_one_folder_and_name_in_several_places()
    {
        using var drop = new Drop { Spec = Drop.Of("lists", labels: new LabelSpec { Classes = [new("road"), new("car")] }) };
        foreach (var city in new[] { "x", "y" })
            drop.Image($"a/{city}/images/1.png").Ids($"b/{city}/labels/1.png", Drop.Halves(0, 1));
        drop.Text("drop/train.txt", "x/images/1.png x/labels/1.png\n").Text("drop/val.txt", "y/images/1.png y/labels/1.png\n");

        var (report, set) = await drop.CurateAsync(await ZippedAsync(drop, "a", "b"));

        Assert.Empty(report.Faults);
        Assert.Equal(["x/images/1", "y/images/1"], [.. set!.Samples(Split.Train).Concat(set.Samples(Split.Val)).Select(sample => sample.Id)]);
    }

    [Fact]
    public async Task A_file_that_several_archives_hold_is_there_once_and_what_nothing_reads_may_differ()
    {
        using var drop = new Drop();
        foreach (var archive in new[] { "a", "b" })
        {
            drop.Text($"{archive}/class_list.json", "{}").Text($"{archive}/README", archive).Text($"{archive}/license.txt", archive);
            drop.Text($"{archive}/dataset.json", archive).Text($"{archive}/images/.DS_Store", archive).Text($"{archive}/{archive}.txt", archive);
        }

        drop.Text("drop/dataset.json", "beside").Text("drop/class_list.json", "{}");

        await ZippedAsync(drop, "a", "b");

        Assert.Equal(["README", "a.txt", "b.txt", "class_list.json", "dataset.json", "license.txt"], Directory.EnumerateFiles(folder["out"], "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["out"], path)).Order(StringComparer.Ordinal));
        Assert.Equal(("a", "beside"), (File.ReadAllText(folder["out/README"]), File.ReadAllText(folder["out/dataset.json"])));
    }

    [Theory]
    [InlineData("a/images/1.png", "b/Images/1.png", "'Images/1.png' lies in two archives of the set, or in one and beside it, with different content")]
    [InlineData("drop/labels.txt", "b/labels.txt", "'labels.txt' lies in two archives of the set, or in one and beside it, with different content")]
    [InlineData("a/images", "b/images/1.png", "a file and a folder of one name, seen at 'images/1.png'")]
    [InlineData("a/images/1.png", "b/images", "a file and a folder of one name, seen at 'images'")]
    [InlineData("drop/x.json", "b/x.json/1.png", "a file and a folder of one name, seen at 'x.json/1.png'")]
    public async Task Two_files_of_one_path_in_the_archives_of_a_set_are_refused(string first, string second, string message)
    {
        using var drop = new Drop();
        drop.Text(first, "one").Text(second, "two").Text("a/a.txt", "");

        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => ZippedAsync(drop, "a", "b"));

        Assert.Equal(ErrorCodes.DatasetArchiveRefused, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zipped_folder_is_found_by_its_description()
    {
        using var zip = new MemoryStream(Zip(("mine/dataset.json", "{}"u8.ToArray()), ("mine/a.txt", [1])));

        Assert.Equal(folder["out/mine"], await ZipUnpacker.UnpackSetAsync(zip, folder["out"], new ZipLimits(), TestContext.Current.CancellationToken));
    }

    // Folders of the drop, each as an archive, with what lies in its folder "drop" beside them.
    private async Task<IDatasetFiles> ZippedAsync(Drop drop, params string[] archives)
    {
        var packed = Directory.CreateDirectory(Path.Combine(drop.Path, "drop")).FullName;
        foreach (var archive in archives)
            ZipFile.CreateFromDirectory(Path.Combine(drop.Path, archive), Path.Combine(packed, $"{archive}.zip"));
        return await ZipUnpacker.ExpandAsync(new LocalFolderFiles(packed), folder["out"], new ZipLimits(), TestContext.Current.CancellationToken);
    }

    private async Task RefusedAsync(byte[] zip, ZipLimits limits, string message)
    {
        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => UnpackAsync(zip, limits));
        Assert.Equal(ErrorCodes.DatasetArchiveRefused, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["out"]));
    }

    private async Task RefusedSetAsync(LocalFolderFiles files, ZipLimits limits, string message)
    {
        var refusal = await Assert.ThrowsAsync<RoadSegException>(() => ZipUnpacker.ExpandAsync(files, folder["set"], limits, TestContext.Current.CancellationToken));
        Assert.Equal(ErrorCodes.DatasetArchiveRefused, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Directory.Delete(folder["set"], recursive: true);
    }

    private async Task UnpackAsync(byte[] zip, ZipLimits limits)
    {
        using var stream = new MemoryStream(zip);
        await ZipUnpacker.UnpackAsync(stream, folder["out"], limits, TestContext.Current.CancellationToken);
    }

    private static byte[] Zip(params (string Name, byte[] Content)[] entries) => Zip(_ => { }, entries);

    private static byte[] Zip(Action<ZipArchiveEntry> settings, params (string Name, byte[] Content)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                var entry = zip.CreateEntry(name);
                settings(entry);
                using var to = entry.Open();
                to.Write(content);
            }
        }

        return stream.ToArray();
    }
}
