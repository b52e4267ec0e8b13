using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Tests.Models;

namespace RoadSeg.Tests.Datasets;

/// <summary>Runs alone: other tests' memory would count.</summary>
[CollectionDefinition(nameof(Flat_memory), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(Flat_memory))]
public sealed class Flat_memory
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

    // The greatest managed heap after a collection, and the greatest growth of the C heap, seen every 50 pairs.
    private static async Task<(long Managed, long Native)> PeakAsync(string folder, string output)
    {
        var start = NativeHeap.InUse;
        var watch = new Watch(start);
        var spec = new DatasetSpec { Name = "big", Layout = "camvid" };
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
