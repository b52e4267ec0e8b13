using System.CommandLine;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Tests.Export;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Commands;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Pictures;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Teaching;

public sealed class TaughtRunTests(TrainedNetwork network) : IClassFixture<TrainedNetwork>, IDisposable
{
    private readonly TempFolder _folder = new();

    private static Recipe Small => Training.RunTests.Small with { Unlabelled = new UnlabelledOptions { Share = 0.5, Confidence = 0.6, AverageFromStep = 6, AverageConfidence = 0.4 } };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_teacher_labels_photos_once_and_a_run_stopped_at_any_step_goes_on_to_the_same_bytes()
    {
        var sources = new UnlabelledSources([Photos(10)], [Teacher()], null);
        var said = Run(Small, "whole", sources, init: network.BestPath);
        Assert.Contains("1 teachers label 10 photos: painted-roads", said, StringComparison.Ordinal);
        Assert.Contains("10 photos without labels, 2 of the 4 samples of every batch.", said, StringComparison.Ordinal);

        for (var i = 0; i < 13; i++)
        {
            using var afterOne = new CancellationTokenSource();
            said = Run(Small, "parts", sources, _ => afterOne.Cancel(), init: network.BestPath, stop: afterOne.Token);
            Assert.Equal(i == 0, said.Contains("teachers label", StringComparison.Ordinal));
        }

        Assert.Equal(File.ReadAllBytes(_folder["whole/last.safetensors"]), File.ReadAllBytes(_folder["parts/last.safetensors"]));

        // What was kept: of the teacher's labels at 0, of the average's at the end. They stand in the file, and in the picture.
        var history = MetricsHistory.Read(_folder["whole/metrics.jsonl"]);
        Assert.Equal([0L, 12], history.Kept.Select(entry => entry.Step));
        Assert.All(history.Kept, entry => Assert.Contains(entry.Classes.Values, share => share is > 0 and <= 1));
        Assert.Equal(46 + (3 * 380), ImageProbe.Read(CurvesPicture.Draw(history), ImageLimits.Default).Height);

        // The labels are files to look at: mostly what was painted, and unknown for the rest.
        var masks = Directory.GetFiles(_folder["whole/taught"], "*.png", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(10, masks.Length);
        var taught = MaskPng.Decode(File.ReadAllBytes(masks[0]), ImageLimits.Default);
        var truth = PaintedRoads.Paint(96, 64, new Random(500)).Mask;
        var known = Enumerable.Range(0, truth.Length).Where(i => taught.Ids[i] != 255 && truth[i] != 4).ToArray();
        Assert.True(known.Count(i => taught.Ids[i] == truth[i]) > 0.8 * known.Length);
    }

    [Fact]
    public void A_class_that_only_the_masks_of_photos_show_is_learned()
    {
        // No car is labelled in the data set; the photos' masks know cars and nothing else.
        var data = PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName);
        foreach (var file in Directory.GetFiles(Path.Combine(data, "trainannot")))
        {
            var mask = MaskPng.Decode(File.ReadAllBytes(file), ImageLimits.Default);
            File.WriteAllBytes(file, GrayPng.Encode([.. mask.Ids.Select(id => id == 3 ? (byte)4 : id)], mask.Width, mask.Height));
        }

        var photos = Photos(12, mask => [.. mask.Select(id => id == 3 ? id : (byte)255)]);
        var recipe = Small with
        {
            Training = Small.Training with { Epochs = 25, EvaluateEvery = 100, CheckpointEvery = 1000, LearningRate = 0.01, ClassWeights = ClassWeighting.None },
            Unlabelled = new UnlabelledOptions { Share = 0.5, Weight = 3 },
        };
        Run(recipe, "cars", new UnlabelledSources([photos], [], null), data: data);
        var (model, trained, _) = Checkpoint.Open(_folder["cars/last.safetensors"], CPU);
        using var _ = model;
        var scores = TorchEvaluation.Run(model, CamVidFolder.Read(data, "val"), trained.Input, CPU);
        Assert.InRange(scores.Pixels.ClassAccuracies()[3]!.Value, 0.5, 1);
    }

    [Fact]
    public void Photos_that_nobody_labels_are_refused_and_so_is_a_teacher_that_is_none()
    {
        var alone = Assert.Throws<TrainerException>(() => Run(Training.RunTests.Small, "alone", new UnlabelledSources([Photos(3)], [], null)));
        Assert.Contains("Nothing says what is on the photos of --unlabelled: name a teacher", alone.Message, StringComparison.Ordinal);
        var empty = Directory.CreateDirectory(_folder["no-package"]).FullName;
        var none = Assert.Throws<TrainerException>(() => Run(Small, "none", new UnlabelledSources([Photos(3)], [empty], null)));
        Assert.Contains($"The teacher {empty} cannot be used:", none.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["none/last.safetensors"]));
    }

    [Fact]
    public void Teachers_that_see_by_day_leave_dark_photos_alone()
    {
        var photos = Photos(4);
        var dark = new RgbImage(96, 64, [.. Enumerable.Repeat((byte)20, 96 * 64 * 3)]);
        File.WriteAllBytes(Path.Combine(photos, "images", "000.png"), PhotoEncoder.Png(dark));
        var taught = TaughtPhotos.Open(
            new UnlabelledSources([photos], [Teacher()], null), Small.Unlabelled with { TeachersSeeFrom = 60 }, PaintedRoads.Labels, Small.Input, _folder.Path, _ => { }, _ => { }, default);
        Assert.All(taught[0].Taught!, id => Assert.Equal(4, id));
        Assert.Contains(taught[1].Taught!, id => id != 4);
    }

    [Fact]
    public async Task A_folder_of_photos_labelled_by_a_model_is_a_data_set_with_what_people_know_on_top()
    {
        // Ten photos; one is too dark for the teacher, of one a person drew the lower half, one has both.
        var photos = Photos(10);
        var dark = PhotoEncoder.Png(new RgbImage(96, 64, [.. Enumerable.Repeat((byte)20, 96 * 64 * 3)]));
        File.WriteAllBytes(Path.Combine(photos, "images", "000.png"), dark);
        File.WriteAllBytes(Path.Combine(photos, "images", "001.png"), dark);
        File.WriteAllText(_folder["drawn.json"], """{"images/001.png": "car 0 0 1 .5; road 0 .25 .5 .5", "photos/images/002.png": "car 0 .5 1 1", "images/2.png": "car 0 .5 1 1"}""");
        File.Move(Path.Combine(photos, "images", "003.png"), Path.Combine(photos, "images", "003.tiff"));
        File.WriteAllBytes(Path.Combine(photos, "images", "003.tiff"), Tiff(PaintedRoads.Paint(96, 64, new Random(503)).Image));
        var teacher = Teacher();

        string[] label = ["label", photos, "--teacher", teacher, "--classes", network.Data, "--rectangles", _folder["drawn.json"], "--see-from", "60", "--val", "0.2", "--out", _folder["set"]];
        Assert.Equal(0, await LabelCommand.Create().Parse(label[1..]).InvokeAsync(cancellationToken: TestContext.Current.CancellationToken));

        var (train, val) = (CamVidFolder.Read(_folder["set"], "train"), CamVidFolder.Read(_folder["set"], "val"));
        Assert.Equal(["photos_001.png", "photos_002.png"], train.Frames.Take(2).Select(frame => frame.Name));
        Assert.Equal("photos_003.png", train.Frames[2].Name);
        Assert.Equal((7, 2), (train.Frames.Count, val.Frames.Count));
        Assert.Equal((3072 - 768, 768, 3072), (Count(train.Frames[0], 3), Count(train.Frames[0], 2), Count(train.Frames[0], 4)));
        Assert.All(train.Frames[1].Mask[(96 * 32)..], id => Assert.Equal(3, id));
        var truth = PaintedRoads.Paint(96, 64, new Random(509)).Mask;
        var known = Enumerable.Range(0, truth.Length).Where(i => val.Frames[1].Mask[i] != 4 && truth[i] != 4).ToArray();
        Assert.True(known.Length > 1000 && known.Count(i => val.Frames[1].Mask[i] == truth[i]) > 0.8 * known.Length);

        // Into a folder that holds something nothing is written, and a rectangle of no class is named.
        var twice = await Assert.ThrowsAsync<TrainerException>(() => Invoke(label));
        Assert.Contains("is not empty: name a new folder with --out.", twice.Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["drawn.json"], """{"images/001.png": "lorry 0 0 1 .5"}""");
        var wrong = await Assert.ThrowsAsync<TrainerException>(() => Invoke([.. label[..^1], _folder["other"]]));
        Assert.Contains("a rectangle of images/001.png is of class 'lorry'", wrong.Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["drawn.json"], """{"images/001.png": "car .6 0 .4 .5"}""");
        wrong = await Assert.ThrowsAsync<TrainerException>(() => Invoke([.. label[..^1], _folder["other"]]));
        Assert.Contains("'car .6 0 .4 .5' of images/001.png is no rectangle", wrong.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["other"]));

        int Count(Frame frame, byte id) => frame.Mask.Count(pixel => pixel == id);
        Task<int> Invoke(string[] args) => LabelCommand.Create().Parse(args[1..]).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }

    private static byte[] Tiff(RgbImage image)
    {
        using var pixels = NetVips.Image.NewFromMemoryCopy<byte>(image.Pixels, image.Width, image.Height, 3, NetVips.Enums.BandFormat.Uchar);
        using var srgb = pixels.Copy(interpretation: NetVips.Enums.Interpretation.Srgb);
        return srgb.TiffsaveBuffer();
    }

    private string Run(Recipe recipe, string name, UnlabelledSources sources, Action<StepReport>? afterStep = null, string? data = null, string? init = null, CancellationToken stop = default)
    {
        var folder = Directory.CreateDirectory(_folder[name]).FullName;
        using var said = new StringWriter();
        var log = new MetricsLog(folder, said, terminal: false, TimeProvider.System);
        var files = new LoopFiles(data ?? network.Data, folder, init, Resume: true) { Unlabelled = sources };
        new TrainingLoop(recipe, files, CPU, log, afterStep).Run(stop);
        return said.ToString();
    }

    private string Photos(int count, Func<byte[], byte[]>? mask = null)
    {
        Directory.CreateDirectory(_folder["photos/images"]);
        for (var i = 0; i < count; i++)
        {
            var (image, truth) = PaintedRoads.Paint(96, 64, new Random(500 + i));
            File.WriteAllBytes(_folder[$"photos/images/{i:D3}.png"], PhotoEncoder.Png(image));
            if (mask is not null)
                File.WriteAllBytes(Path.Combine(Directory.CreateDirectory(_folder["photos/masks"]).FullName, $"{i:D3}.png"), GrayPng.Encode(mask(truth), 96, 64));
        }

        return _folder["photos"];
    }

    private string Teacher()
    {
        var facts = new CardFacts("painted-roads", "Painted roads", "Free.", "From nothing.", "None worth a name.", "painted");
        var (train, val) = (CamVidFolder.Read(network.Data, "train"), CamVidFolder.Read(network.Data, "val"));
        return new PackagePublisher(TimeProvider.System, _ => { }).Publish(network.BestPath, train, val, val.Frames[0].Image, "Painted.", facts, null, _folder["teacher"]).Folder;
    }
}
