using System.Diagnostics;
using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Benchmarks.Trainer;

/// <summary>Our side of the step benchmark, in a process of its own so that its memory is its own, or in several under mpirun. Lines in: "run N" (one batch
/// again and again), "load N" (batches from the loader), "average N" (the ranks' gradients alone). Lines out: JSON. Of ranks the first reads and writes.</summary>
internal static class StepWorker
{
    private const long WeightStream = 3;
    private const int Ahead = 3;

    // Few, because they stay in memory and the other side has none.
    private const int Frames = 24;

    public static int Run(string folder, string data, int threads, bool syncBatchNorm)
    {
        KeptMemory.Enable();
        using var ranks = Ranks.Join(TimeSpan.FromMinutes(10), TimeProvider.System);
        TorchLibrary.Load(threads);
        var recipe = Recipe.Load("camvid-mnv2", []);
        var set = Set(data, recipe);
        recipe = recipe with { Model = recipe.Model with { Classes = set.Labels.Count }, Training = recipe.Training with { SyncBatchNorm = syncBatchNorm } };
        random.manual_seed(SeededRandom.SeedOf(recipe.Seed, WeightStream, 0));
        using var model = new DeepLabV3Plus(recipe.Model);
        model.train();
        model.Freeze(recipe.Training.FreezeStages);
        using var loss = new SegmentationLoss(recipe.Training, set, CPU);
        using var optimizer = new Optimizer(model, recipe.Training);
        using var ema = new Ema(model, recipe.Training.EmaDecay, CPU);
        var loader = new BatchLoader(set, new Augmentation(recipe.Augmentation, recipe.Input, set.Labels), recipe.Augmentation, recipe.Training.BatchSize, recipe.Seed, Ahead, part: new BatchPart(ranks.Number, ranks.Count));
        var fixedBatch = loader.Make(0);
        if (!ranks.AreSeveral)
            StepFiles.Write(folder, recipe, model, loss.Weights, set.IgnoreId, fixedBatch);
        using var step = new TrainingStep(recipe, model, loss, optimizer, ema, CPU, ranks: ranks);
        using var buckets = new GradientBuckets(ranks, ranks.AreSeveral ? model.parameters() : [], [], CPU);
        var taken = 0L;
        Say(new { ready = true, frames = set.Name, threads = get_num_threads(), torch = __version__ });

        while (ranks.First(() => Console.ReadLine() ?? "").Split(' ') is [var what, var count])
        {
            if (what == "average")
            {
                var times = new List<double>();
                for (var i = 0; i < int.Parse(count); i++)
                {
                    ranks.Any(false);
                    var began = Stopwatch.GetTimestamp();
                    buckets.Average();
                    times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                Say(new { milliseconds = times });
                continue;
            }

            var batches = what == "load" ? loader.From(0, int.Parse(count)).GetEnumerator() : null;
            List<double> milliseconds = [], losses = [];
            var waited = loader.Waited;
            for (var i = 0; i < int.Parse(count); i++)
            {
                var started = Stopwatch.GetTimestamp();
                losses.Add(step.Take(taken++, StepFiles.Rate, () => batches is null ? fixedBatch : batches.MoveNext() ? batches.Current : throw new InvalidOperationException("The loader ended.")));
                milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            batches?.Dispose();
            Say(new { milliseconds, losses, waitedMilliseconds = (loader.Waited - waited).TotalMilliseconds });
        }

        return 0;

        void Say(object line)
        {
            if (!ranks.IsFirst)
                return;
            Console.WriteLine(JsonSerializer.Serialize(line));
            Console.Out.Flush();
        }
    }

    // CamVid where it lies beside the checkout; otherwise one photo with painted labels, over and over: the work is the same.
    private static SegmentationSet Set(string data, Recipe recipe)
    {
        if (DataSource.HasSplit(data, "train"))
            return DataSource.Read(data, "train", limit: Frames);
        var file = File.ReadAllBytes(Path.Combine(Cli.Stack.Workspace.Root, "samples", "street.jpg"));
        var photo = ImageDecoder.ResizeTo(ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default)), recipe.Input.Width, recipe.Input.Height);
        var labels = new LabelCatalogue([.. Enumerable.Range(0, 11).Select(i => new LabelClass(i, $"class{i}", new RgbColor((byte)i, 0, 0)))], 255);
        var mask = Enumerable.Range(0, photo.Width * photo.Height).Select(i => (byte)(((i / photo.Width / 40) + (i % photo.Width / 40)) % 11)).ToArray();
        return new SegmentationSet("copies of samples/street.jpg", labels, [.. Enumerable.Range(0, Frames).Select(i => new Frame($"{i}", photo, mask))]);
    }
}
