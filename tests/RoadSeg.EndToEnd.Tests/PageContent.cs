using System.Globalization;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using RoadSeg.Cli.Stack;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Packaging;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>What a deployment holds after some weeks of work, for the page to show: a data set to drop, one that is being checked, training runs, two versions of a model.</summary>
internal sealed class PageContent
{
    /// <summary>Name of the set that is dropped.</summary>
    public const string Dataset = "high-street";

    /// <summary>Updates of a run.</summary>
    public const int Updates = 1200;

    private const int Width = 320;
    private const int Height = 240;

    private readonly LocalStack _stack;
    private readonly string _folder;
    private readonly TrainingStore _runs;

    public PageContent(LocalStack stack, string folder)
    {
        _stack = stack;
        _folder = folder;
        _runs = new TrainingStore(stack.Blobs, stack.Queues, TimeProvider.System);
        var shipped = ModelPackage.Load(Workspace.DefaultModel);
        // It looks at less of each photo and so sees it differently, which is what a comparison is for.
        var smaller = shipped.Manifest with { Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 160, 120, 8), Description = "A candidate that looks at photos of a quarter of the width." };
        Candidate = new ModelPackageWriter(TimeProvider.System).Write(
            Path.Combine(folder, "candidate"), smaller, shipped.Manifest.Files.Keys.ToDictionary(name => name, name => (ReadOnlyMemory<byte>)shipped.ReadFile(name)));
    }

    /// <summary>A version that did not pass its gate.</summary>
    public ModelPackage Candidate { get; }

    /// <summary>A run that learns.</summary>
    public WorkId Learning { get; } = WorkId.New(TimeProvider.System);

    /// <summary>The run that the candidate came of.</summary>
    public WorkId Learned { get; } = WorkId.New(TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private BlobContainerClient Trainings => _stack.Blobs.GetBlobContainerClient(Containers.Trainings);

    public async Task MakeAsync()
    {
        var registry = new ModelRegistry(_stack.Blobs, TimeProvider.System);
        await registry.SeedAsync(ModelPackage.Load(Workspace.DefaultModel), Cancel);
        await registry.PublishAsync(Candidate, $"training {Learned}", Learned, $"{Dataset}/1", Cancel);
        await registry.JudgeAsync(Candidate.Manifest.Name, Candidate.Manifest.Version, Gate(), Cancel);
        await DropAsync();
        await new DatasetStore(_stack.Blobs, TimeProvider.System).CreateAsync(
            new DatasetRecord { Name = "motorway", State = DatasetState.Checking, Drop = "", ReceivedAt = Now, Progress = new DatasetProgress("reading", 4210, 20_000) }, Cancel);
        await LearnAsync(Learned, Updates);
        await _runs.TryMoveAsync(Learned, TrainingState.Evaluating, run => run, Cancel);
        await _runs.TryMoveAsync(Learned, TrainingState.Publishing, run => run, Cancel);
        await _runs.TryMoveAsync(Learned, TrainingState.Succeeded, run => run with { Version = Candidate.Manifest.Version, Gate = Gate() }, Cancel);
        await LearnAsync(Learning, 480);
    }

    /// <summary>Where a run's worker writes its metrics.</summary>
    public Uri MetricsOf(WorkId run) => Trainings.GetBlobClient(BlobPaths.TrainingFile(run, TrainingFiles.Metrics)).GenerateSasUri(BlobSasPermissions.Write, Now.AddHours(1));

    /// <summary>The lines of a run so far, as the trainer writes them; a worker died at update 300 and another went on from 200.</summary>
    public static string Metrics(int updates)
    {
        var lines = new StringBuilder();
        void Learn(int from, int to)
        {
            lines.Append(CultureInfo.InvariantCulture, $$"""{"kind":"start","step":{{from}},"total":{{Updates}},"floorAccuracy":0.59,"floorMeanIou":0.167}""").Append('\n');
            for (var step = from + 10; step <= to; step += 10)
            {
                var left = Math.Exp(-step / 280.0);
                lines.Append(CultureInfo.InvariantCulture, $$"""{"kind":"steps","step":{{step}},"loss":{{0.3 + (2.1 * left) + (0.09 * Math.Sin(step * 1.7)):F4}},"rate":0.0002}""").Append('\n');
                if (step % 120 == 0)
                    lines.Append(CultureInfo.InvariantCulture, $$"""{"kind":"evaluation","step":{{step}},"epoch":{{step / 120}},"trainLoss":{{0.32 + (2.1 * left):F4}},"accuracy":{{0.94 - (0.34 * left):F4}},"classAccuracy":0.7,"meanIou":{{0.74 - (0.57 * left):F4}},"boundaryF":0.6,"iou":[],"elapsedSeconds":{{step / 3}}}""").Append('\n');
            }
        }

        Learn(0, 300);
        Learn(200, updates);
        return lines.ToString();
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static GateReport Gate() => new(false, ModelPackage.Load(Workspace.DefaultModel).Manifest.Version,
    [
        new GateCheck("self-test", true, 1, 0.995, "The golden photo came out as it should."),
        new GateCheck("mean-iou", false, 0.612, 0.7346, "It reaches 0.612 mean IoU where the live version reaches 0.740: at most 0.005 may be lost."),
        new GateCheck("int8-loss", true, 0.0021, 0.01, "The INT8 graph loses 0.002 of it."),
        new GateCheck("disagreement", true, 0.118, 0.25, "It differs from the live version in 11.8 % of the pixels of 40 recent photos."),
    ], Now);

    // Pieces of a photo with what the model made of it, and some of the trouble that people bring along: an image without a mask, a broken file,
    // a value that no class has.
    private async Task DropAsync()
    {
        var (photo, mask) = (Photos.Decode(await PackagedAsync("golden-input.png")), MaskPng.Decode(await PackagedAsync("golden-mask.png"), new ImageLimits()));
        var drop = Path.Combine(_folder, "drop");
        foreach (var (split, count) in (ReadOnlySpan<(string, int)>)[("train", 10), ("val", 3), ("test", 2)])
        {
            Directory.CreateDirectory(Path.Combine(drop, split));
            Directory.CreateDirectory(Path.Combine(drop, $"{split}annot"));
            for (var i = 0; i < count; i++)
            {
                var (left, top) = (i * 97 % (photo.Width - Width), (i * 41 + split.Length * 17) % (photo.Height - Height));
                var (image, ids) = (new byte[3 * Width * Height], new byte[Width * Height]);
                for (var y = 0; y < Height; y++)
                {
                    photo.Pixels.AsSpan(3 * (((top + y) * photo.Width) + left), 3 * Width).CopyTo(image.AsSpan(3 * y * Width));
                    mask.Ids.AsSpan(((top + y) * mask.Width) + left, Width).CopyTo(ids.AsSpan(y * Width));
                }

                if (i == 2)
                    ids.AsSpan(0, 900).Fill(77);
                File.WriteAllBytes(Path.Combine(drop, split, $"street_{i:D3}.png"), PhotoEncoder.Png(new RgbImage(Width, Height, image)));
                File.WriteAllBytes(Path.Combine(drop, $"{split}annot", $"street_{i:D3}.png"), GrayPng.Encode(ids, Width, Height));
            }
        }

        File.Copy(Path.Combine(drop, "train", "street_000.png"), Path.Combine(drop, "train", "street_900.png"));
        File.WriteAllBytes(Path.Combine(drop, "train", "street_901.png"), [1, 2, 3]);
        File.Copy(Path.Combine(drop, "trainannot", "street_000.png"), Path.Combine(drop, "trainannot", "street_901.png"));
        var datasets = new DatasetPush(_stack.Blobs.GetBlobContainerClient(Containers.Datasets));
        await datasets.UploadAsync(drop, new DatasetSpec { Name = Dataset, Layout = "camvid", Licence = "CC BY 4.0, cut from samples/street.jpg" }, null, Cancel);
        var empty = Directory.CreateDirectory(Path.Combine(_folder, "empty", "train")).Parent!;
        File.WriteAllText(Path.Combine(empty.FullName, "train", "notes.txt"), "no image at all");
        await datasets.UploadAsync(empty.FullName, new DatasetSpec { Name = "forgotten", Layout = "camvid" }, null, Cancel);
    }

    private static Task<byte[]> PackagedAsync(string file) => File.ReadAllBytesAsync(Path.Combine(Workspace.DefaultModel, file), Cancel);

    private async Task LearnAsync(WorkId id, int updates)
    {
        var plan = new TrainingPlan(Dataset, "1", "finetune", new Dictionary<string, string> { ["training.epochs"] = "10" }, Candidate.Manifest.Name, "live", true);
        await _runs.CreateAsync(id, plan, Callers.Local, Cancel);
        var left = Math.Exp(-updates / 280.0);
        await _runs.TryMoveAsync(id, TrainingState.Running, run => run with
        {
            Attempt = 2,
            // Its worker lives for as long as the pages are looked at.
            Owner = new WorkOwner("worker", Now.AddHours(1)),
            Progress = new TrainingProgress(updates / 120, 10, updates, Updates, 0.32 + (2.1 * left), 0.74 - (0.57 * left), 0.94 - (0.34 * left), (Updates - updates) * 0.4, Now),
        }, Cancel);
        await Trainings.GetBlobClient(BlobPaths.TrainingFile(id, TrainingFiles.Metrics)).UploadAsync(BinaryData.FromString(Metrics(updates)), overwrite: true, Cancel);
        await Trainings.GetBlobClient(BlobPaths.TrainingFile(id, TrainingFiles.Log)).UploadAsync(BinaryData.FromString("epoch 1 val accuracy 82 %\n"), overwrite: true, Cancel);
        foreach (var picture in TrainingFiles.Pictures)
            await Trainings.GetBlobClient(BlobPaths.TrainingFile(id, picture)).UploadAsync(BinaryData.FromBytes(await PackagedAsync("golden-input.png")), overwrite: true, Cancel);
    }
}
