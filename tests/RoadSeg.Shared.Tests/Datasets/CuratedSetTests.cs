using System.Text.Json.Nodes;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

public sealed class CuratedSetTests : IDisposable
{
    private readonly Drop drop = new() { Spec = Drop.Of("camvid") };

    public CuratedSetTests()
    {
        for (var i = 0; i < 150; i++)
            drop.Image($"train/d_{i:D3}.png").Ids($"trainannot/d_{i:D3}.png", (x, _) => x < 16 ? 3 : i % 3 == 0 ? 8 : 11);
        for (var i = 0; i < 10; i++)
            drop.Image($"val/e_{i:D3}.jpg").Ids($"valannot/e_{i:D3}.png", Drop.Halves(0, 5));
    }

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task Images_are_resized_as_for_serving_and_labels_by_nearest()
    {
        var set = await drop.CuratedAsync();

        var sample = set.Samples(Split.Val).Single(s => s.Id == "e_004");
        var file = File.ReadAllBytes(Path.Combine(drop.Path, "val/e_004.jpg"));
        var expected = ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), drop.Spec.Target!);
        Assert.Equal(expected.Pixels, sample.Image.Pixels);
        Assert.Equal([.. Enumerable.Range(0, 256).Select(i => (byte)(i % 16 < 8 ? 0 : 5))], sample.Ids);
        Assert.Equal((16, 16), (sample.Image.Width, sample.Image.Height));
    }

    [Fact]
    public async Task The_manifest_counts_what_the_shards_hold()
    {
        var set = await drop.CuratedAsync();

        var train = set.Find(Split.Train)!;
        Assert.Equal(150, train.Samples);
        Assert.True(train.Shards.Count > 1);
        Assert.Equal(150, train.Shards.Sum(shard => shard.Samples));
        var counts = new long[11];
        foreach (var id in set.Samples(Split.Train).SelectMany(sample => sample.Ids).Where(id => id != 255))
            counts[id]++;
        Assert.Equal(counts, train.PixelCounts);
        Assert.Equal((150 * 128, 50 * 128, 50 * 256), ((int)train.PixelCounts[3], (int)train.PixelCounts[8], (int)train.PixelsOfImagesWith[8]));

        // Mixed by the seed, so that one shard is no single drive's.
        var order = set.Samples(Split.Train).Select(sample => sample.Id).ToList();
        Assert.NotEqual(order.Order(StringComparer.Ordinal), order);
        Assert.Equal(150, order.Distinct().Count());
    }

    [Fact]
    public async Task The_same_set_has_the_same_version_and_bytes_whatever_the_concurrency()
    {
        var first = await drop.CuratedAsync();
        var stamps = Directory.EnumerateFiles(first.Folder).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        using var elsewhere = new TempFolder();
        var (_, second) = await new DatasetCurator(TimeProvider.System).CurateAsync(
            new RoadSeg.Datasets.Files.LocalFolderFiles(drop.Path), drop.Spec, drop.Options with { Concurrency = 7 }, elsewhere.Path, null, TestContext.Current.CancellationToken);
        var again = await drop.CuratedAsync();

        Assert.Equal(first.Version, second!.Version);
        foreach (var shard in first.Manifest.Splits.SelectMany(split => split.Shards))
            Assert.Equal(File.ReadAllBytes(Path.Combine(first.Folder, shard.File)), File.ReadAllBytes(Path.Combine(second.Folder, shard.File)));
        Assert.Equal(first.Folder, again.Folder);
        Assert.Equal(stamps, Directory.EnumerateFiles(first.Folder).ToDictionary(file => file, File.GetLastWriteTimeUtc));
        Assert.Equal(first.Version, Path.GetFileName(first.Folder));
    }

    [Fact]
    public async Task Another_seed_size_label_or_picture_is_another_version()
    {
        var versions = new HashSet<string> { (await drop.CuratedAsync()).Version };
        Assert.True(versions.Add((await drop.CuratedAsync(drop.Spec with { Split = new SplitSpec { Seed = 2 } })).Version));
        Assert.True(versions.Add((await drop.CuratedAsync(drop.Spec with { Target = new PreprocessSpec(ResizeMode.Stretch, 32, 16) })).Version));
        Assert.True(versions.Add((await drop.CuratedAsync(drop.Spec with { Licence = "CC0" })).Version));
        drop.Ids("valannot/e_004.png", Drop.Halves(5, 0));
        Assert.True(versions.Add((await drop.CuratedAsync()).Version));
    }

    [Fact]
    public async Task A_stopped_run_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var progress = new StopAfter(stop, 20);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new DatasetCurator(TimeProvider.System).CurateAsync(
            new RoadSeg.Datasets.Files.LocalFolderFiles(drop.Path), drop.Spec, drop.Options, drop.Out, progress, stop.Token));

        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(drop.Out, "test")));
    }

    [Fact]
    public async Task A_damaged_shard_or_manifest_is_refused()
    {
        var set = await drop.CuratedAsync();
        var shard = set.Find(Split.Train)!.Shards[0];
        var path = Path.Combine(set.Folder, shard.File);
        var bytes = File.ReadAllBytes(path);
        var random = new Random(2);
        for (var i = 0; i < 20; i++)
        {
            var broken = bytes.ToArray();
            broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, broken);
            Assert.Equal(ErrorCodes.CuratedSetInvalid, Assert.Throws<RoadSegException>(() => set.Read(shard)).Code);
        }

        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Equal(ErrorCodes.CuratedSetInvalid, Assert.Throws<RoadSegException>(() => CuratedSet.Open(set.Folder)).Code);
        File.WriteAllBytes(path, bytes);
        CuratedSet.Open(set.Folder).Read(shard);

        var manifest = Path.Combine(set.Folder, CuratedManifest.FileName);
        foreach (var (from, to) in new[] { ("\"schemaVersion\": 1", "\"schemaVersion\": 2"), ("train-00000.shard", "../train-00000.shard"), ("\"kind\"", "\"sort\"") })
        {
            var text = File.ReadAllText(manifest);
            File.WriteAllText(manifest, text.Replace(from, to, StringComparison.Ordinal));
            Assert.Equal(ErrorCodes.CuratedSetInvalid, Assert.Throws<RoadSegException>(() => CuratedSet.Open(set.Folder)).Code);
            File.WriteAllText(manifest, text);
        }
    }

    [Fact]
    public void The_manifest_keeps_its_form()
    {
        var manifest = new CuratedManifest
        {
            Kind = CuratedManifest.CuratedKind,
            SchemaVersion = 1,
            Name = "city",
            Layout = "pairs",
            Licence = "CC0",
            Labels = new LabelCatalogue([new LabelClass(0, "road", RgbColor.Parse("#804080"))], 255),
            LabelMapSha256 = new string('a', 64),
            Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1),
            SplitBy = SplitSource.Seed,
            SplitSeed = 1,
            Splits = [new CuratedSplit(Split.Train, 2, 1, [131072], [131072], [new CuratedShard("train-00000.shard", new string('b', 64), 524330, 2)])],
            Samples = new CuratedFile("samples.jsonl", new string('c', 64), 612),
        };

        var golden = File.ReadAllBytes(Checkout.File("tests/contracts/curated-manifest.json"));

        Assert.True(golden.AsSpan().SequenceEqual(manifest.ToJson()), System.Text.Encoding.UTF8.GetString(manifest.ToJson()));
        Assert.Equal(golden, CuratedManifest.Parse(golden).ToJson());
    }

    [Fact]
    public async Task The_Hugging_Face_export_has_the_columns_image_and_label_and_equal_members_in_every_line()
    {
        var set = await drop.CuratedAsync();

        DatasetExport.ToFolder(set, ExportFormats.Find("huggingface"), Path.Combine(drop.Out, "hf"), null, TestContext.Current.CancellationToken);

        Assert.Equal(["README.md", "id2label.json", "train", "validation"], Directory.EnumerateFileSystemEntries(Path.Combine(drop.Out, "hf")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("road", JsonNode.Parse(File.ReadAllText(Path.Combine(drop.Out, "hf", "id2label.json")))!["3"]!.GetValue<string>());
        foreach (var (name, split) in new[] { ("train", Split.Train), ("validation", Split.Val) })
        {
            var folder = Path.Combine(drop.Out, "hf", name);
            var lines = File.ReadAllLines(Path.Combine(folder, "metadata.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
            Assert.Equal(set.Find(split)!.Samples, lines.Count);
            Assert.All(lines, line => Assert.Equal(["image_file_name", "label_file_name", "id", "group"], line.Select(member => member.Key)));
            Assert.All(lines, line => Assert.Equal(name == "train" ? "d" : "e", line["group"]!.GetValue<string>()));
            var sample = set.Samples(split).First();
            var first = lines.Single(line => line["id"]!.GetValue<string>() == sample.Id);
            Assert.Equal(sample.Ids, MaskPng.Decode(File.ReadAllBytes(Path.Combine(folder, first["label_file_name"]!.GetValue<string>())), ImageLimits.Default).Ids);
            var image = File.ReadAllBytes(Path.Combine(folder, first["image_file_name"]!.GetValue<string>()));
            Assert.Equal(sample.Image.Pixels, ImageDecoder.Decode(image, ImageProbe.Read(image, ImageLimits.Default)).Pixels);
        }

        Assert.Throws<IOException>(() => DatasetExport.ToFolder(set, ExportFormats.Find("huggingface"), Path.Combine(drop.Out, "hf"), null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_export_can_be_read_back_as_a_data_set()
    {
        var set = await drop.CuratedAsync();
        var export = Path.Combine(drop.Out, "hf");
        DatasetExport.ToFolder(set, ExportFormats.Find("huggingface"), export, null, TestContext.Current.CancellationToken);

        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(
            new RoadSeg.Datasets.Files.LocalFolderFiles(export), Drop.Of("huggingface"), drop.Options, null, null, TestContext.Current.CancellationToken);

        Assert.Equal((160, 150L, 10L), ((int)report.Usable, report.Splits[0].Images, report.Splits[1].Images));
        Assert.Equal(set.Find(Split.Train)!.PixelCounts.Zip(set.Find(Split.Val)!.PixelCounts, (a, b) => a + b), report.Classes.Select(label => label.Pixels));
        Assert.Empty(report.Faults);
    }

    private sealed class StopAfter(CancellationTokenSource stop, int count) : IProgress<DatasetProgress>
    {
        public void Report(DatasetProgress value)
        {
            if (value.Done >= count)
                stop.Cancel();
        }
    }
}
