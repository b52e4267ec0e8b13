using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Pictures;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Pictures;

public sealed class RunPictureTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_leaves_curves_samples_and_its_worst_frames()
    {
        var data = PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName);
        var log = new MetricsLog(_folder.Path, TextWriter.Null, terminal: false, TimeProvider.System);
        new TrainingLoop(RoadSeg.Trainer.Tests.Training.RunTests.Small, new LoopFiles(data, _folder.Path, null, Resume: true), CPU, log).Run(default);

        Assert.InRange(Colours(Read("curves.png")), 20, 1000);
        foreach (var name in new[] { TrainingPictures.Samples, TrainingPictures.Worst })
        {
            // Truth in the middle column: the catalogue's own colours.
            var picture = Read(name);
            var middle = picture.Width / 2;
            var seen = Enumerable.Range(0, picture.Height).Select(y => Pixel(picture, middle, y)).ToHashSet();
            Assert.Superset(new HashSet<RgbColor>(PaintedRoads.Labels.Colors()[..3]), seen);
        }

        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
    }

    [Fact]
    public void TensorBoard_finds_every_value_once_also_of_a_run_that_went_on()
    {
        var data = PaintedRoads.Write(Directory.CreateDirectory(_folder["data"]).FullName);
        var small = RoadSeg.Trainer.Tests.Training.RunTests.Small;
        var recipe = small with { Training = small.Training with { Epochs = 2 * small.Training.Epochs } };
        var files = new LoopFiles(data, _folder.Path, null, Resume: true);
        using (var stop = new CancellationTokenSource())
        {
            var first = new MetricsLog(_folder.Path, TextWriter.Null, terminal: false, TimeProvider.System);
            new TrainingLoop(recipe, files, CPU, first, step => { if (step.Step == 7) stop.Cancel(); }).Run(stop.Token);
        }

        var log = new MetricsLog(_folder.Path, TextWriter.Null, terminal: false, TimeProvider.System);
        new TrainingLoop(recipe, files, CPU, log).Run(default);

        var history = MetricsHistory.Read(log.Metrics);
        var file = Assert.Single(Directory.GetFiles(_folder[EventFile.Folder]));
        var events = Events(File.ReadAllBytes(file)).ToArray();
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        var scalars = events.Skip(1).ToLookup(one => one.Summary.Value.Single().Tag, one => (one.Step, one.Summary.Value.Single().SimpleValue));
        Assert.Equal(history.Steps.Select(entry => (entry.Step, (float)entry.Loss)), scalars["loss/updates"]);
        Assert.Equal(history.Evaluations.Select(entry => (entry.Step, (float)entry.MeanIou)), scalars["val/mIoU"]);
        Assert.True(history.Steps.Count > 0 && history.Evaluations.Count > 0);
    }

    // TFRecord: length, its checksum, the event, its checksum.
    private static IEnumerable<Tensorboard.Event> Events(byte[] file)
    {
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BitConverter.ToInt64(file, at);
            yield return Tensorboard.Event.Parser.ParseFrom(file, at + 12, length);
            at += 12 + length + 4;
        }
    }

    [Fact]
    public void The_curves_of_a_killed_and_resumed_run_are_whole_and_hold_every_update_once()
    {
        File.WriteAllText(_folder["metrics.jsonl"], """
            {"kind":"start","step":0,"total":40,"floorAccuracy":0.5,"floorMeanIou":0.2}
            {"kind":"steps","step":10,"loss":2,"rate":0.01}
            {"kind":"evaluation","step":10,"epoch":1,"trainLoss":2,"accuracy":0.6,"classAccuracy":0.4,"meanIou":0.3,"boundaryF":0.1,"iou":[0.3]}
            {"kind":"steps","step":20,"loss":1.5,"rate":0.009}
            {"kind":"evaluation","step":20,"ep
            {"kind":"start","step":10,"total":40,"floorAccuracy":0.5,"floorMeanIou":0.2}
            {"kind":"steps","step":20,"loss":1.4,"rate":0.009}
            {"kind":"steps","step":30,"loss":1.2,"rate":0.008}
            """);
        var history = MetricsHistory.Read(_folder["metrics.jsonl"]);
        Assert.Equal([(10L, 2.0), (20, 1.4), (30, 1.2)], history.Steps.Select(s => (s.Step, s.Loss)));
        Assert.Equal([10L], history.Evaluations.Select(e => e.Step));
        Assert.Equal((40L, 30L, 0.2), (history.Total, history.LastStep, history.FloorMeanIou));
        Assert.InRange(Colours(Decoded(CurvesPicture.Draw(history))), 20, 1000);
    }

    [Fact]
    public void A_line_that_a_kill_cut_short_does_not_swallow_the_next()
    {
        File.WriteAllText(_folder["metrics.jsonl"], """{"kind":"steps","step":10,"lo""");
        new MetricsLog(_folder.Path, TextWriter.Null, terminal: false, TimeProvider.System).Start(7, 20, 0.5, 0.2);
        Assert.Equal(20, MetricsHistory.Read(_folder["metrics.jsonl"]).Total);
    }

    [Fact]
    public void A_run_without_a_past_draws_empty_panels() =>
        Assert.True(Decoded(CurvesPicture.Draw(MetricsHistory.Read(_folder["none.jsonl"]))).Width > 1000);

    [Fact]
    public void Words_are_lettered_and_what_lies_outside_of_a_picture_is_cut_off()
    {
        var ink = new RgbColor(0, 0, 0);
        foreach (var character in Enumerable.Range(33, 94).Select(c => (char)c).Append('é'))
        {
            using var letter = new Sheet(40, 40, new RgbColor(255, 255, 255));
            letter.Text(character.ToString(), 4, 28, 18, ink);
            Assert.True(Colours(Decoded(letter.Png())) > 1, $"'{character}' is blank");
        }

        using var small = new Sheet(10, 10, new RgbColor(255, 255, 255));
        small.Text("mIoU 73.2 %", -20, 30, 14, ink);
        small.Draw(new RgbImage(8, 8, new byte[192]), -4, 6);
        small.Fill(-5, -5, 100, 3, ink);
        var cut = Decoded(small.Png());
        Assert.Equal((10, 10, ink, new RgbColor(255, 255, 255)), (cut.Width, cut.Height, Pixel(cut, 0, 9), Pixel(cut, 9, 5)));
    }

    [Fact]
    public void A_line_is_drawn_in_its_colour_where_its_points_are()
    {
        var (blue, white) = (new RgbColor(0, 0, 200), CurvesPicture.Background);
        using var sheet = new Sheet(400, 300, white);
        new Chart("loss", "updates", [new Series("loss", blue, [(0, 1), (5, double.NaN), (10, 1)], 3)], Top: 2).Draw(sheet, 0, 0, 400, 300, 10);
        var picture = Decoded(sheet.Png());
        var rows = Enumerable.Range(0, picture.Height).Where(y => Pixel(picture, 220, y) == blue).ToArray();
        Assert.InRange(rows.Length, 2, 5);
        Assert.InRange(rows.Average() / picture.Height, 0.35, 0.6);
    }

    private RgbImage Read(string name) => Decoded(File.ReadAllBytes(_folder[name]));

    private static RgbImage Decoded(byte[] file) => ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));

    private static RgbColor Pixel(RgbImage image, int x, int y)
    {
        var at = 3 * ((y * image.Width) + x);
        return new RgbColor(image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    private static int Colours(RgbImage image) =>
        Enumerable.Range(0, image.Width * image.Height).Select(i => Pixel(image, i % image.Width, i / image.Width)).Distinct().Count();
}
