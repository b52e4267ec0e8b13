using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Tests.Training;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Data;

public sealed class CuratedFrameTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_curated_folder_gives_its_samples_and_counts()
    {
        var root = await CurateAsync(train: 40, val: 5);
        var set = CuratedSet.Open(root);

        var train = DataSource.Read(root, "train");

        Assert.True(set.Find(Split.Train)!.Shards.Count > 3);
        Assert.Equal(40, train.Frames.Count);
        Assert.Equal(255, train.IgnoreId);
        Assert.Equal(PaintedRoads.Labels.Classes.Select(label => label.Name), train.Labels.Classes.Select(label => label.Name));
        foreach (var (frame, sample) in train.Frames.Zip(set.Samples(Split.Train)))
        {
            Assert.Equal(sample.Id, frame.Name);
            Assert.Equal(sample.Ids, frame.Mask);
            Assert.Equal(sample.Image.Pixels, frame.Image.Pixels);
        }

        var counted = new SegmentationSet("train", train.Labels, [.. train.Frames]);
        Assert.Equal(counted.PixelCounts, train.PixelCounts);
        Assert.Equal(counted.PixelsOfImagesWith, train.PixelsOfImagesWith);
        Assert.Equal((true, false), (DataSource.HasSplit(root, "val"), DataSource.HasSplit(root, "test")));
        Assert.Equal(3, DataSource.Read(root, "train", limit: 3).Frames.Count);
    }

    [Fact]
    public async Task An_epoch_sees_every_frame_once_and_reads_every_shard_once()
    {
        var root = await CurateAsync(train: 80, val: 5);
        var set = CuratedSet.Open(root);
        var train = DataSource.Read(root, "train");
        var frames = (CuratedFrames)train.Frames;

        for (var epoch = 0; epoch < 3; epoch++)
        {
            var order = train.Order(new SeededRandom(7, epoch));
            Assert.Equal(Enumerable.Range(0, 80), order.Order());
            var before = frames.ShardsRead;
            foreach (var index in order)
                _ = frames[index];
            Assert.InRange(frames.ShardsRead - before, set.Find(Split.Train)!.Shards.Count - 4, set.Find(Split.Train)!.Shards.Count);
        }

        Assert.NotEqual(train.Order(new SeededRandom(7, 0)), train.Order(new SeededRandom(7, 1)));
        Assert.Equal(train.Order(new SeededRandom(7, 1)), train.Order(new SeededRandom(7, 1)));
    }

    [Fact]
    public async Task Batches_after_a_stop_are_those_that_would_have_come()
    {
        var root = await CurateAsync(train: 30, val: 5);
        var whole = Loader(DataSource.Read(root, "train")).From(0, 18).ToList();

        foreach (var stopped in new[] { 1, 7, 13 })
        {
            var resumed = Loader(DataSource.Read(root, "train")).From(stopped, 18).ToList();
            for (var i = stopped; i < 18; i++)
            {
                Assert.Equal(whole[i].Images, resumed[i - stopped].Images);
                Assert.Equal(whole[i].Masks, resumed[i - stopped].Masks);
            }
        }
    }

    [Fact]
    public async Task A_run_on_a_curated_set_stopped_at_any_step_goes_on_to_the_same_bytes()
    {
        var root = await CurateAsync(train: 12, val: 4);
        Run(root, "whole", CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            using var afterOne = new CancellationTokenSource();
            Run(root, "parts", afterOne.Token, afterOne.Cancel);
        }

        var state = Run(root, "parts", CancellationToken.None);

        Assert.Equal(6, state.Step);
        Assert.Equal(File.ReadAllBytes(_folder["whole/last.safetensors"]), File.ReadAllBytes(_folder["parts/last.safetensors"]));
    }

    [Fact]
    public async Task A_damaged_shard_or_a_missing_split_says_so()
    {
        var root = await CurateAsync(train: 12, val: 4);
        Assert.Contains("has no split 'test'", Assert.Throws<TrainerException>(() => DataSource.Read(root, "test")).Message, StringComparison.Ordinal);
        var shard = Directory.GetFiles(root, "train-*.shard").Order(StringComparer.Ordinal).First();
        var bytes = File.ReadAllBytes(shard);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(shard, bytes);

        var train = DataSource.Read(root, "train");

        Assert.Contains("differs from its hash", Assert.Throws<TrainerException>(() => train.Frames[0]).Message, StringComparison.Ordinal);
    }

    private static BatchLoader Loader(SegmentationSet set) => new(
        set,
        new Augmentation(RunTests.Small.Augmentation, new PreprocessSpec(ResizeMode.Stretch, 96, 64), set.Labels),
        RunTests.Small.Augmentation, batchSize: 4, seed: 5, ahead: 3);

    private LoopState Run(string data, string output, CancellationToken stop, Action? afterStep = null)
    {
        var folder = Directory.CreateDirectory(_folder[output]).FullName;
        var log = new MetricsLog(folder, TextWriter.Null, terminal: false, TimeProvider.System);
        return new TrainingLoop(RunTests.Small, new LoopFiles(data, folder, null, Resume: true), CPU, log, afterStep is null ? null : _ => afterStep()).Run(stop);
    }

    private async Task<string> CurateAsync(int train, int val)
    {
        var drop = Directory.CreateDirectory(_folder["drop"]).FullName;
        PaintedRoads.Write(drop, train, val);
        var spec = new DatasetSpec { Name = "painted", Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 96, 64, 1), Split = new SplitSpec { Group = "none" } };
        var (report, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(
            new LocalFolderFiles(drop), spec, new DatasetOptions { ShardBytes = 1 << 17 }, _folder["curated"], null, TestContext.Current.CancellationToken);
        report.ThrowIfUnusable();
        return set!.Folder;
    }
}
