using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Exports;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Datasets;

/// <summary>Runs alone: other tests' memory would count.</summary>
[CollectionDefinition(nameof(FlatMemoryTests), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(FlatMemoryTests))]
public sealed class FlatMemoryTests
{
    private const int Few = 150;

    [Fact]
    public async Task Four_times_as_many_images_take_no_more_memory_to_curate()
    {
        using var folder = new TempFolder();
        Write(folder["few"], Few);
        Write(folder["many"], 4 * Few);
        await PeakAsync(folder["few"], folder["warm"]);

        var few = await PeakAsync(folder["few"], folder["out1"]);
        var many = await PeakAsync(folder["many"], folder["out2"]);

        // Names and hashes of the added images are far below a megabyte; one decoded image a pair would be over 300 MB.
        Assert.True(many.Managed <= (few.Managed * 1.3) + (4 << 20), $"managed {few.Managed:N0} -> {many.Managed:N0} bytes");
        Assert.True(many.Native <= (few.Native * 1.3) + (16 << 20), $"native {few.Native:N0} -> {many.Native:N0} bytes");
    }

    [Fact]
    public async Task Run_lengths_within_an_export_of_Label_Studio_are_not_kept()
    {
        using var folder = new TempFolder();
        await WriteExportAsync(folder["few"], 100);
        await WriteExportAsync(folder["many"], 1700);
        await HeldAsync(folder["few"], 100);

        var few = await HeldAsync(folder["few"], 100);
        var many = await HeldAsync(folder["many"], 1700);

        // 32 KiB a task: 50 MiB more, where pooled buffers come to some MiB.
        Assert.True(many < few + (16 << 20), $"{few:N0} -> {many:N0} bytes");
    }

    [Fact]
    public async Task Four_times_as_many_photos_take_no_more_memory_to_export()
    {
        using var folder = new TempFolder();
        var (few, many) = (await SetAsync(folder, "few", 100), await SetAsync(folder, "many", 400));
        Exported(few, ExportFormats.All[0]);

        foreach (var format in ExportFormats.All)
        {
            var (less, more) = (Exported(few, format), Exported(many, format));

            // 300 photos are 75 MB.
            Assert.True(more < less + (8 << 20), $"{format.Name}: {less:N0} -> {more:N0} bytes");
        }
    }

    // ROADSEG_COCO_BYTES=2147483648 makes the larger list one of 2 GB.
    [Fact]
    public async Task A_list_of_COCO_instances_of_any_length_takes_no_more_memory()
    {
        var bytes = long.TryParse(Environment.GetEnvironmentVariable("ROADSEG_COCO_BYTES"), out var wanted) ? wanted : 96L << 20;
        var images = (int)(bytes >> 19);
        using var folder = new TempFolder();
        await WriteInstancesAsync(folder["few"], images, images << 11);
        var annotations = await WriteInstancesAsync(folder["many"], images, bytes);
        await InstancesAsync(folder["few"], images);

        var few = await InstancesAsync(folder["few"], images);
        var many = await InstancesAsync(folder["many"], images);

        TestContext.Current.SendDiagnosticMessage($"{annotations:N0} outlines in {bytes:N0} bytes: {few:N0} -> {many:N0} bytes held");
        // Held they would take 650 bytes each, over 110 MB; pooled buffers come to some MiB.
        Assert.True(many < few + (40 << 20), $"{few:N0} -> {many:N0} bytes");
    }

    private static async Task<long> InstancesAsync(string folder, int images)
    {
        // Every fifth of a second, while the list is read and while its images are drawn.
        long held = 0;
        using var stop = new CancellationTokenSource();
        var watch = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                held = Math.Max(held, GC.GetTotalMemory(forceFullCollection: true));
                await Task.Delay(200, CancellationToken.None);
            }
        }, CancellationToken.None);
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(
            new LocalFolderFiles(folder), new DatasetSpec { Name = "coco", Layout = "coco", Target = new PreprocessSpec(ResizeMode.Stretch, 64, 64, 1) }, new DatasetOptions { Concurrency = 1 }, null, null, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await watch;
        Assert.Equal(images, report.Usable);
        return held;
    }

    private static async Task<CuratedSet> SetAsync(TempFolder folder, string name, int count)
    {
        Write(folder[name], count);
        var spec = new DatasetSpec { Name = name, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1) };
        var (report, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(folder[name]), spec, new DatasetOptions { ShardBytes = 1 << 20 }, folder["out"], null, TestContext.Current.CancellationToken);
        report.ThrowIfUnusable();
        return set!;
    }

    private static long Exported(CuratedSet set, ExportFormat format)
    {
        var watch = new Watch(NativeHeap.InUse);
        DatasetExport.ToArchive(set, format, Stream.Null, watch, TestContext.Current.CancellationToken);
        return watch.Managed;
    }

    private static async Task<long> WriteInstancesAsync(string root, int images, long bytes)
    {
        Directory.CreateDirectory(root);
        for (var i = 0; i < images; i++)
            File.WriteAllBytes(Path.Combine(root, $"{i}.jpg"), PhotoEncoder.Jpeg(Drop.Painted(i, 64, 48), 70));
        await using var list = new StreamWriter(new FileStream(Path.Combine(root, "instances_default.json"), FileMode.Create));
        await list.WriteAsync($$"""{"images":[{{string.Join(',', Enumerable.Range(0, images).Select(i => $$"""{"id":{{i}},"file_name":"{{i}}.jpg","width":64,"height":48}"""))}}],"categories":[{"id":1,"name":"road"},{"id":2,"name":"car"}],"annotations":[""");

        var lot = new Random(1);
        long annotations = 0;
        for (long written = 0; written < bytes; annotations++)
        {
            var (x, y) = (lot.Next(56), lot.Next(40));
            var ring = string.Join(',', Enumerable.Range(0, 40).Select(_ => $"{x + lot.Next(8)}.25,{y + lot.Next(8)}.75"));
            var text = $$"""{{(annotations == 0 ? "" : ",")}}{"id":{{annotations}},"image_id":{{annotations % images}},"category_id":{{1 + (annotations % 2)}},"iscrowd":0,"area":12.5,"segmentation":[[{{ring}}]]}""";
            written += text.Length;
            await list.WriteAsync(text);
        }

        await list.WriteAsync("]}");
        return annotations;
    }

    private static async Task<long> HeldAsync(string folder, int tasks)
    {
        var watch = new Watch(NativeHeap.InUse);
        var report = await new DatasetCurator(TimeProvider.System).CheckAsync(
            new LocalFolderFiles(folder), new DatasetSpec { Name = "brushes", Layout = "label-studio", Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1) }, new DatasetOptions { Concurrency = 1 }, null, watch, TestContext.Current.CancellationToken);
        Assert.Equal(tasks, report.Pairs);
        return watch.Managed;
    }

    // The greatest managed heap after a collection, and the greatest growth of the C heap, seen every 50 pairs.
    private static async Task<(long Managed, long Native)> PeakAsync(string folder, string output)
    {
        var start = NativeHeap.InUse;
        var watch = new Watch(start);
        var spec = new DatasetSpec { Name = "big", Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1) };
        var (report, _) = await new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(folder), spec, new DatasetOptions { Concurrency = 2 }, output, watch, TestContext.Current.CancellationToken);
        report.ThrowIfUnusable();
        return (watch.Managed, watch.Grown);
    }

    private static void Write(string root, int count)
    {
        Directory.CreateDirectory(Path.Combine(root, "train"));
        Directory.CreateDirectory(Path.Combine(root, "trainannot"));
        var mask = GrayPng.Encode([.. Enumerable.Range(0, 480 * 360).Select(i => (byte)(i / 480 / 40))], 480, 360);
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(root, "train", $"{i}.jpg"), PhotoEncoder.Jpeg(Drop.Painted(i, 480, 360), 70));
            File.WriteAllBytes(Path.Combine(root, "trainannot", $"{i}.png"), mask);
        }
    }

    private static async Task WriteExportAsync(string root, int tasks)
    {
        Directory.CreateDirectory(root);
        var rle = string.Join(',', new byte[32 << 10]);
        await using var export = File.CreateText(Path.Combine(root, "export.json"));
        for (var task = 1; task <= tasks; task++)
        {
            File.WriteAllBytes(Path.Combine(root, $"{task}.jpg"), PhotoEncoder.Jpeg(Drop.Painted(task, 48, 36), 70));
            var brush = $$$"""{"original_width":48,"original_height":36,"value":{"rle":[{{{rle}}}],"brushlabels":["road"]}}""";
            await export.WriteAsync($$$"""{{{(task == 1 ? '[' : ',')}}}{"id":{{{task}}},"data":{"image":"{{{task}}}.jpg"},"annotations":[{"id":{{{task}}},"result":[{{{brush}}}]}]}""");
        }

        await export.WriteAsync(']');
    }

    private sealed class Watch(long start) : IProgress<DatasetProgress>
    {
        public long Managed { get; private set; }

        public long Grown { get; private set; }

        public void Report(DatasetProgress value)
        {
            if (value.Done % 50 != 0)
                return;
            Managed = Math.Max(Managed, GC.GetTotalMemory(forceFullCollection: true));
            Grown = Math.Max(Grown, NativeHeap.InUse - start);
        }
    }
}
