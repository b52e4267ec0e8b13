using System.Text.Json;
using RoadSeg.Clips;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Startup;

namespace RoadSeg.Cli.Clips;

/// <summary>Takes a video apart, segments its frames one after the other and writes what comes of it into a folder.</summary>
internal sealed class ClipRun(string video, string model, string folder, ClipOptions options)
{
    private const int FrameQuality = 92;

    /// <summary>What the folder holds.</summary>
    public static readonly IReadOnlyList<(string What, string Name)> Files =
    [
        ("frames", "frames"),
        ("masks", "masks"),
        ("timeline", "timeline.json"),
        ("table", "timeline.csv"),
        ("overlay", "overlay.mp4"),
        ("poster", "poster.jpg"),
    ];

    private readonly FfmpegTools _tools = FfmpegTools.Find(Environment.GetEnvironmentVariable(FfmpegTools.Setting));

    public async Task<Timeline> RunAsync(string? gpx, DateTimeOffset? start, CancellationToken cancel)
    {
        // All that can be refused comes before the model, which takes a second, and before the folder.
        var facts = await ClipProbe.ReadAsync(video, _tools, options, TimeProvider.System, cancel);
        var capture = new ClipCapture(start ?? facts.Start, await TrackAsync(gpx, cancel), options);
        NativeLibraries.Load();
        var package = ModelPackage.Load(model);
        using var engine = SegmentationEngine.Load(package);
        foreach (var part in (string[])["frames", "masks"])
            Directory.CreateDirectory(Path.Combine(folder, part));

        var extractor = new FrameExtractor(video, facts, _tools, options, TimeProvider.System);
        var frames = await SegmentAsync(extractor, facts, capture, engine, cancel);
        var timeline = new Timeline
        {
            FileName = Path.GetFileName(video),
            Clip = facts,
            EverySeconds = options.Every.TotalSeconds,
            Model = package.Manifest.Name,
            ModelVersion = package.Manifest.Version,
            Classes = engine.Model.Labels.Classes,
            Frames = frames,
            Findings =
            [
                .. extractor.Findings,
                .. capture.Conclude([.. frames.Select(static frame => frame.Captured)]) is { } finding ? [finding] : (ClipFinding[])[],
            ],
        };
        await SaveAsync("timeline.json", JsonSerializer.SerializeToUtf8Bytes(timeline, TimelineJson.Plain.Timeline), cancel);
        await SaveAsync("timeline.csv", TimelineCsv.Write(timeline), cancel);
        return timeline;
    }

    private async Task<List<TimelineFrame>> SegmentAsync(
        FrameExtractor extractor,
        ClipFacts facts,
        ClipCapture capture,
        SegmentationEngine engine,
        CancellationToken cancel
    )
    {
        var (labels, frames) = (engine.Model.Labels, new List<TimelineFrame>());
        var (width, height) = OverlayVideo.Size(facts.Width, facts.Height);
        var file = Path.Combine(folder, "overlay.mp4");
        await using var overlay = await OverlayVideo.BeginAsync(file, width, height, _tools, options, TimeProvider.System, cancel);
        await foreach (var (index, at, image) in extractor.ReadAsync(cancel))
        {
            var seen = engine.SegmentPhoto(image);
            var picture = OverlayVideo.Picture(image, new IndexedImage(image.Width, image.Height, seen.ClassIds, labels.Colors()));
            await overlay.AddAsync(at, picture, cancel);
            var number = $"{index + 1:00000}";
            await SaveAsync($"frames/{number}.jpg", PhotoEncoder.Jpeg(image, FrameQuality), cancel);
            await SaveAsync($"masks/{number}.png", MaskPng.Encode(seen.ClassIds, seen.Width, seen.Height, labels), cancel);
            if (index == 0)
                await SaveAsync("poster.jpg", PhotoEncoder.Jpeg(picture), cancel);
            double[] shares = [.. seen.Classes.Select(static label => Math.Round(label.Share, 6))];
            frames.Add(new TimelineFrame(index, at.TotalSeconds, JobStates.Name(JobState.Succeeded), null, null, shares, capture.Of(at)));
        }

        await overlay.EndAsync(options.Every, cancel);
        return frames;
    }

    private static async Task<GpxTrack?> TrackAsync(string? gpx, CancellationToken cancel)
    {
        if (gpx is null)
            return null;
        await using var file = File.OpenRead(gpx);
        return await GpxTrack.ReadAsync(file, cancel);
    }

    private Task SaveAsync(string name, byte[] content, CancellationToken cancel) =>
        File.WriteAllBytesAsync(Path.Combine(folder, name), content, cancel);
}
