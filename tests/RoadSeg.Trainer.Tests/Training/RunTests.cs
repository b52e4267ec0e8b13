using RoadSeg.Imaging;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Training;
using RoadSeg.Trainer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Training;

public sealed class RunTests : IDisposable
{
    private readonly TempFolder _data = new();
    private readonly TempFolder _out = new();

    public RunTests() => PaintedRoads.Write(_data.Path);

    internal static Recipe Small => Recipe.Parse(
        """
        {
          "input": { "mode": "stretch", "width": 96, "height": 64 },
          "model": { "asppRates": [2], "asppChannels": 16, "lowLevelChannels": 8, "decoderChannels": 16, "separableHead": true, "classes": 4 },
          "augmentation": { "cropWidth": 64, "cropHeight": 48, "scaleMin": 0.8, "scaleMax": 1.2 },
          "training": { "epochs": 2, "batchSize": 4, "learningRate": 0.003, "encoderRate": 1, "warmupSteps": 2, "emaDecay": 0.8, "evaluateEvery": 2,
                        "checkpointEvery": 1, "classWeights": "median-frequency", "diceWeight": 0.5 }
        }
        """,
        []);

    public void Dispose()
    {
        _data.Dispose();
        _out.Dispose();
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Sgd)]
    public void A_run_stopped_at_any_step_goes_on_to_the_same_bytes(OptimizerKind optimizer)
    {
        var recipe = Small with { Training = Small.Training with { Optimizer = optimizer, OhemShare = optimizer == OptimizerKind.Sgd ? 0.5 : 1 } };
        Run(recipe, "whole");
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Run(recipe, "parts", stop: stop.Token);

        // One update at a time, each in a run of its own: what the last file holds is all that is carried over.
        for (var i = 0; i < 6; i++)
        {
            using var afterOne = new CancellationTokenSource();
            Run(recipe, "parts", _ => afterOne.Cancel(), stop: afterOne.Token);
        }

        Run(recipe, "parts");
        Assert.Equal(File.ReadAllBytes(_out["whole/last.safetensors"]), File.ReadAllBytes(_out["parts/last.safetensors"]));
        Assert.Equal(File.ReadAllBytes(_out["whole/best.safetensors"]), File.ReadAllBytes(_out["parts/best.safetensors"]));
    }

    [Fact]
    public void Painted_roads_are_learned_far_beyond_the_floor()
    {
        var state = Run(Small with { Training = Small.Training with { Epochs = 40, EvaluateEvery = 20, CheckpointEvery = 1000, LearningRate = 0.01 } }, "learn");
        Assert.InRange(state.BestMeanIou!.Value, 0.6, 1);
        var history = MetricsHistory.Read(_out["learn/metrics.jsonl"]);
        Assert.Equal([60L, 120], history.Evaluations.Select(e => e.Step));
        Assert.Equal(Enumerable.Range(1, 12).Select(i => 10L * i), history.Steps.Select(s => s.Step));
        Assert.True(history.Steps[^1].Loss < history.Steps[0].Loss / 2);

        // The best checkpoint scores what was written down for it.
        var (model, recipe, _) = Checkpoint.Open(_out["learn/best.safetensors"], CPU);
        using var m = model;
        Assert.Equal(state.BestMeanIou.Value, TorchEvaluation.Run(model, CamVidFolder.Read(_data.Path, "val"), recipe.Input, CPU).Pixels.MeanIoU(), 1e-9);
    }

    [Fact]
    public void A_training_step_leaves_no_tensor_behind()
    {
        var counts = new List<long>();
        Run(Small with { Training = Small.Training with { Epochs = 3, EvaluateEvery = 100, CheckpointEvery = 100 } }, "leak", afterStep: _ => counts.Add(DisposeScopeManager.Statistics.ThreadTotalLiveCount));
        Assert.Equal(9, counts.Count);
        Assert.All(counts[2..], count => Assert.Equal(counts[1], count));
    }

    [Fact]
    public void A_loss_that_is_no_number_stops_the_run_and_keeps_the_last_good_checkpoint()
    {
        Run(Small, "nan");
        var path = _out["nan/last.safetensors"];
        var file = SafeTensors.Read(path);
        var tensors = file.Tensors.ToDictionary(t => t.Key, t => t.Value);
        tensors["model.decoder.classify.bias"] = StoredTensor.Of([float.NaN, 0, 0, 0], 4);
        new SafeTensors(file.Metadata, tensors).Write(path);
        var last = File.ReadAllBytes(path);
        var stopped = Assert.Throws<TrainerException>(() => Run(Small with { Training = Small.Training with { Epochs = 4 } }, "nan"));
        Assert.Contains("The loss is NaN at step 6", stopped.Message);
        Assert.Contains("--set training.learningRate=0.001", stopped.Message);
        Assert.Equal(last, File.ReadAllBytes(path));
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_never_saved_over_good_ones()
    {
        Run(Small, "ruined");
        var path = _out["ruined/last.safetensors"];
        var good = File.ReadAllBytes(path);
        var (model, recipe, labels) = Checkpoint.Open(path, CPU);
        using var _ = model;
        using var ema = new Ema(model, 0.9, CPU);
        using var optimizer = new RoadSeg.Trainer.Training.Optimizer(model, recipe.Training);
        using (no_grad())
            model.parameters().First().mul_(float.PositiveInfinity);

        var refused = Assert.Throws<TrainerException>(() => Checkpoint.Save(path, recipe, labels, new LoopState(7, null, 0, 0), model, ema, optimizer));
        Assert.Contains("are no finite numbers any more", refused.Message);
        Assert.Equal(good, File.ReadAllBytes(path));
    }

    [Fact]
    public void Batches_without_a_labelled_pixel_teach_nothing_and_break_nothing()
    {
        foreach (var mask in Directory.GetFiles(Path.Combine(_data.Path, "trainannot")).Order().Skip(1))
            File.WriteAllBytes(mask, GrayPng.Encode([.. Enumerable.Repeat((byte)4, 96 * 64)], 96, 64));
        var losses = new List<double>();
        var recipe = Small with { Training = Small.Training with { DiceWeight = 0, Epochs = 1, EvaluateEvery = 1 } };
        Assert.Equal(3, Run(recipe, "empty", step => losses.Add(step.Loss)).Step);
        Assert.Equal(2, losses.Count(loss => loss == 0));
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
    }

    [Fact]
    public void A_run_that_stopped_early_stays_so_when_it_is_run_again()
    {
        var recipe = Small with { Training = Small.Training with { Epochs = 50, EvaluateEvery = 1, Patience = 2, LearningRate = 1e-7, WarmupSteps = 0, EmaDecay = 0 } };
        var first = Run(recipe, "early");
        var last = File.ReadAllBytes(_out["early/last.safetensors"]);
        Assert.InRange(first.Step, 9, 60);
        Assert.Equal(2, first.EvaluationsSinceBest);

        Assert.Equal(first, Run(recipe, "early"));
        Assert.Equal(last, File.ReadAllBytes(_out["early/last.safetensors"]));
    }

    [Fact]
    public void A_run_goes_on_with_other_settings_only_aloud_and_never_with_another_optimiser()
    {
        Run(Small, "changed");
        var said = new StringWriter();
        Run(Small with { Seed = 9, Training = Small.Training with { Epochs = 3 } }, "changed", output: said);
        Assert.Matches("with other settings than before: .*training.epochs 2 -> 3.*seed 1 -> 9", said.ToString());
        var refused = Assert.Throws<TrainerException>(() => Run(Small with { Training = Small.Training with { Optimizer = OptimizerKind.Sgd } }, "changed"));
        Assert.Contains("was trained with AdamW, whose state Sgd cannot go on from", refused.Message);
    }

    [Fact]
    public void Masks_of_one_class_only_are_refused()
    {
        foreach (var mask in Directory.GetFiles(Path.Combine(_data.Path, "trainannot")))
            File.WriteAllBytes(mask, GrayPng.Encode(new byte[96 * 64], 96, 64));
        Assert.Contains("single class", Assert.Throws<TrainerException>(() => Run(Small, "one")).Message);
    }

    [Fact]
    public void Validation_masks_without_a_label_are_refused()
    {
        foreach (var mask in Directory.GetFiles(Path.Combine(_data.Path, "valannot")))
            File.WriteAllBytes(mask, GrayPng.Encode([.. Enumerable.Repeat((byte)4, 96 * 64)], 96, 64));
        Assert.Contains("no labelled pixel", Assert.Throws<TrainerException>(() => Run(Small, "unlabelled")).Message);
    }

    [Fact]
    public void A_recipe_for_another_number_of_classes_says_how_to_fit_it() =>
        Assert.Contains("--set model.classes=4", Assert.Throws<TrainerException>(() => Run(Small with { Model = Small.Model with { Classes = 11 } }, "classes")).Message);

    [Fact]
    public void A_checkpoint_of_another_architecture_is_refused_and_kept()
    {
        Run(Small, "other");
        var before = File.ReadAllBytes(_out["other/last.safetensors"]);
        var refused = Assert.Throws<TrainerException>(() => Run(Small with { Model = Small.Model with { AsppRates = [3] } }, "other"));
        Assert.Contains("holds another architecture", refused.Message);
        Assert.Equal(before, File.ReadAllBytes(_out["other/last.safetensors"]));
    }

    [Fact]
    public void A_truncated_checkpoint_is_refused_and_not_overwritten()
    {
        Run(Small, "cut");
        var path = _out["cut/last.safetensors"];
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^100]);
        Assert.Contains("cut short", Assert.Throws<TrainerException>(() => Run(Small, "cut")).Message);
    }

    [Fact]
    public void A_full_disk_stops_the_run_in_a_sentence_and_keeps_the_checkpoint_before()
    {
        Run(Small, "full");
        var path = _out["full/last.safetensors"];
        var before = File.ReadAllBytes(path);

        // Every write to /dev/full fails with "no space left on device".
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        File.CreateSymbolicLink(path + ".tmp", "/dev/full");
        var stopped = Assert.Throws<TrainerException>(() => Run(Small with { Training = Small.Training with { Epochs = 4 } }, "full"));
        Assert.Contains("could not be written (No space left on device", stopped.Message);
        Assert.Contains("--resume", stopped.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.False(File.Exists(path + ".tmp"));

        // With space again the run goes on from there.
        Assert.Equal(12, Run(Small with { Training = Small.Training with { Epochs = 4 } }, "full").Step);
    }

    [Fact]
    public void A_picture_or_metrics_file_that_cannot_be_written_does_not_cost_the_weights()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var folder = Directory.CreateDirectory(_out["pictures"]).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "curves.png.tmp"), "/dev/full");
        Assert.Equal(6, Run(Small, "pictures").Step);
        Assert.True(File.Exists(Path.Combine(folder, "best.safetensors")));

        var metrics = Directory.CreateDirectory(_out["metrics"]).FullName;
        File.CreateSymbolicLink(Path.Combine(metrics, "metrics.jsonl"), "/dev/full");
        Assert.Contains("metrics.jsonl could not be written", Assert.Throws<TrainerException>(() => Run(Small, "metrics")).Message);
    }

    [Fact]
    public void Weights_of_torchvisions_names_go_into_the_encoder()
    {
        Run(Small, "init");
        var trained = SafeTensors.Read(_out["init/best.safetensors"]);
        const string encoder = "encoder.";
        var bare = trained.Tensors.Where(t => t.Key.StartsWith(encoder, StringComparison.Ordinal)).ToDictionary(t => t.Key[encoder.Length..], t => t.Value);
        bare["classifier.1.weight"] = StoredTensor.Of([1f, 2], 2);
        new SafeTensors(new Dictionary<string, string>(), bare).Write(_out["encoder.safetensors"]);
        using var model = new RoadSeg.Trainer.Model.DeepLabV3Plus(Small.Model);
        var report = ModelWeights.Initialise(model, SafeTensors.Read(_out["encoder.safetensors"]));
        Assert.Empty(report.Missing);
        Assert.Equal(["classifier.1.weight"], report.Unused);
        Assert.Equal(bare["features.3.conv.0.0.weight"].Floats(), model.Encoder.state_dict()["features.3.conv.0.0.weight"].data<float>().ToArray());
    }

    [Fact]
    public void The_pretrained_encoder_fits_whole()
    {
        var file = Checkout.Shared("models/pretrained/mobilenet_v2_coco_voc_deeplab.safetensors");
        using var model = new RoadSeg.Trainer.Model.DeepLabV3Plus(new());
        var report = ModelWeights.Initialise(model, TorchFile.ReadAny(file));
        Assert.Equal((255, 0, 0, 0), (report.Loaded, report.Missing.Count, report.Unused.Count, report.Mismatched.Count));
    }

    [Fact]
    public void The_floor_reads_the_training_masks_once_whatever_sizes_val_has_and_stops_when_told()
    {
        var train = CamVidFolder.Read(_data.Path, "train");
        var counted = new Counted(train.Frames);
        var few = new SegmentationSet("train", train.Labels, counted, train.PixelCounts, train.PixelsOfImagesWith);
        var val = CamVidFolder.Read(_data.Path, "val");
        var sizes = val.Frames.Concat(val.Frames.Select(frame =>
        {
            var (width, height) = (frame.Image.Width / 2, frame.Image.Height / 2);
            return new Frame("half-" + frame.Name, ImageDecoder.ResizeTo(frame.Image, width, height), new byte[width * height]);
        }));

        var floor = NoImageFloor.Of(few, new SegmentationSet("val", val.Labels, [.. sizes]));

        Assert.InRange(floor!.PixelAccuracy(), 0.1, 1);
        Assert.Equal(train.Frames.Count, counted.Read);
        Assert.Null(NoImageFloor.Of(few, val, new CancellationToken(canceled: true)));
        Assert.Equal(train.Frames.Count, counted.Read - 1);
    }

    private sealed class Counted(IReadOnlyList<Frame> frames) : IReadOnlyList<Frame>
    {
        public int Read { get; private set; }

        public int Count => frames.Count;

        public Frame this[int index] => frames[index];

        public IEnumerator<Frame> GetEnumerator()
        {
            foreach (var frame in frames)
            {
                Read++;
                yield return frame;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }

    [Fact]
    public void The_floor_of_CamVid_is_the_known_one()
    {
        var root = Checkout.Shared("data/camvid");
        var floor = NoImageFloor.Of(CamVidFolder.Read(root, "train"), CamVidFolder.Read(root, "val"))!;
        Assert.Equal((59.03, 27.35, 16.69), (Percent(floor.PixelAccuracy()), Percent(floor.MeanClassAccuracy()), Percent(floor.MeanIoU())));

        static double Percent(double share) => Math.Round(share * 100, 2);
    }

    private LoopState Run(Recipe recipe, string name, Action<StepReport>? afterStep = null, TextWriter? output = null, CancellationToken stop = default)
    {
        var folder = Directory.CreateDirectory(_out[name]).FullName;
        var log = new MetricsLog(folder, output ?? TextWriter.Null, terminal: false, TimeProvider.System);
        return new TrainingLoop(recipe, new LoopFiles(_data.Path, folder, null, Resume: true), CPU, log, afterStep).Run(stop);
    }
}
