using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Client;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The whole way of a data set: dropped, checked, trained on by the trainer's own process, live, and taken back. All parts are the real ones.</summary>
public sealed class StoryTests
{
    private static readonly string Trainer = Checkout.File("trainer/bin/Release/net10.0/RoadSeg.Trainer.dll");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // A photo that asks for little: the runs here share two cores with a training.
    private static readonly Lazy<byte[]> Photo = new(() => PhotoEncoder.Png(Road(0, 96, 64).Image));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dropped_set_becomes_the_live_model_and_one_call_brings_the_old_one_back_and_no_job_notices()
    {
        VipsLibrary.Initialize();
        using var folder = new TempFolder();
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { Settings = new Dictionary<string, string> { ["ROADSEG_MODEL_POLL"] = "00:00:01" } }, Cancel);
        var client = stack.Client;
        var before = await SegmentAsync(client);
        var (model, shipped) = (before.Result!.Model, before.Result.ModelVersion);

        // Photos go on being segmented all the while.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var jobs = new ConcurrentQueue<JobView>();
        var traffic = Task.Run(() => KeepSegmentingAsync(client, jobs, enough.Token), Cancel);

        // The drop asks for a run, and its report can be read.
        var train = JsonDocument.Parse("""{ "settings": { "training.epochs": "2", "training.evaluateEvery": "1", "training.batchSize": "4", "augmentation.cropWidth": "64", "augmentation.cropHeight": "48" } }""").RootElement;
        var spec = new DatasetSpec { Name = "painted", Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 96, 64, 1), Split = new SplitSpec { Group = "none" }, Train = train };
        var sent = await new DatasetPush(stack.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(Write(folder.Path), spec, null, Cancel);
        var set = await client.WaitForDatasetAsync("painted", sent.Drop, Patience, null, Cancel);
        Assert.True(set.State == DatasetState.Ready, set.Failure?.Message);
        Assert.Equal(16, (await client.GetDatasetReportAsync("painted", null, Cancel)).Usable);

        // The trainer takes it, reports and publishes; the gate lets the version through.
        var seen = new ConcurrentQueue<TrainingView>();
        var waiting = client.WaitTrainingAsync(set.Training!.Value, new Seen(seen), Cancel);
        var (exit, output) = await WorkAsync(stack.ConnectionString, folder.Path);
        Assert.True(exit == 0, output);
        var run = await waiting;
        Assert.True(run.State == TrainingState.Succeeded, run.Failure?.Message);
        Assert.Contains(seen, view => view is { State: TrainingState.Running, Progress.Step: > 0 });
        Assert.Contains("\"evaluation\"", await stack.Api.GetStringAsync(new Uri(run.Links["metrics"], UriKind.Relative), Cancel), StringComparison.Ordinal);
        Assert.Equal(shipped, run.Gate!.Against);
        Assert.True(run.Gate.Passed, string.Join('\n', run.Gate.Checks));

        // Every process swaps to it, and back by one call.
        await UntilServedAsync(client, run.Version!);
        var versions = await client.ListModelVersionsAsync(model, Cancel);
        Assert.Equal((run.Version, ModelState.Retired), (versions.Live, versions.Items.Single(version => version.Version == shipped).State));

        // Not before one of the traffic's photos was run by it: a slow machine would be back before the next one comes.
        await Eventually.TrueAsync(() => jobs.Any(job => job.Result?.ModelVersion == run.Version), "a photo of the traffic by the new version", Patience);
        await client.RollBackModelAsync(model, Cancel);
        await UntilServedAsync(client, shipped);

        await enough.CancelAsync();
        await traffic;
        Assert.All(jobs, job => Assert.True(job.State == JobState.Succeeded, $"{job.State}: {job.Failure?.Message}"));
        Assert.Equal(jobs.Count, jobs.DistinctBy(job => job.Id).Count());
        Assert.All(jobs, job => Assert.Equal(job.Pin!.Version, job.Result!.ModelVersion));
    }

    private static async Task<JobView> SegmentAsync(RoadSegClient client)
    {
        var job = await client.SubmitAsync(Photo.Value, cancel: Cancel);
        return await client.WaitAsync(job.Id, Patience, null, Cancel);
    }

    private static async Task KeepSegmentingAsync(RoadSegClient client, ConcurrentQueue<JobView> jobs, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            jobs.Enqueue(await SegmentAsync(client));
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(300), enough)); // The pace of the traffic.
        }
    }

    private static async Task UntilServedAsync(RoadSegClient client, string version) => await Eventually.GetAsync(
        async () => (await SegmentAsync(client)).Result!.ModelVersion, $"version {version} in service", served => served == version, Patience);

    private static async Task<(int Exit, string Output)> WorkAsync(string connection, string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Trainer, "work", "--until-empty", "--threads", "1", "--folder", Path.Combine(folder, "work")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AzureWebJobsStorage"] = connection;
        start.Environment["ROADSEG_WORK_REPORT"] = "00:00:00.200";

        // Twelve painted frames say little of these; the trainer's own tests hold versions against them.
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("LATENCY", "1000"), ("DISAGREEMENT", "1"), ("INT8_LOSS", "1"), ("MEAN_IOU_LOSS", "1"), ("CLASS_IOU_LOSS", "1")])
            start.Environment["ROADSEG_GATE_" + name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output + await error);
    }

    private static string Write(string folder)
    {
        foreach (var (split, from, count) in (ReadOnlySpan<(string, int, int)>)[("train", 0, 12), ("val", 12, 4)])
        {
            var images = Directory.CreateDirectory(Path.Combine(folder, "set", split)).FullName;
            var masks = Directory.CreateDirectory(Path.Combine(folder, "set", split + "annot")).FullName;
            for (var i = from; i < from + count; i++)
            {
                var (image, mask) = Road(i, 192, 128);
                File.WriteAllBytes(Path.Combine(images, $"a_{i}.png"), PhotoEncoder.Png(image));
                File.WriteAllBytes(Path.Combine(masks, $"a_{i}.png"), GrayPng.Encode(mask, image.Width, image.Height));
            }
        }

        return Path.Combine(folder, "set");
    }

    // Sky, a house, a tree and a road at a height of their own, in noisy paint; ids of the CamVid catalogue.
    private static (RgbImage Image, byte[] Mask) Road(int seed, int width, int height)
    {
        const byte Sky = 0, Building = 1, Road = 3, Tree = 5;
        var random = new Random(seed);
        var (horizon, left) = (height * random.Next(40, 60) / 100, width * random.Next(30, 70) / 100);
        var mask = new byte[width * height];
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < mask.Length; i++)
        {
            var (x, y) = (i % width, i / width);
            mask[i] = y >= horizon ? Road : y < horizon / 3 ? Sky : x < left ? Building : Tree;
            var (r, g, b) = mask[i] switch { Sky => (150, 190, 240), Building => (150, 90, 70), Road => (90, 90, 95), _ => (40, 110, 40) };
            var noise = random.Next(-20, 21);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(r + noise / 2), (byte)(g + noise / 2), (byte)(b + (noise / 4)));
        }

        return (new RgbImage(width, height, pixels), mask);
    }

    private sealed class Seen(ConcurrentQueue<TrainingView> views) : IProgress<TrainingView>
    {
        public void Report(TrainingView value) => views.Enqueue(value);
    }
}
