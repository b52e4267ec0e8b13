using System.Security.Cryptography;
using System.Text.Json;
using RoadSeg.Batches;
using RoadSeg.Cli.Batches;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Clips;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Clips;

/// <summary>Has a running service segment the frames of a video, and fetches what comes of it into a folder. The folder remembers the
/// batch and what it is of: interrupted, the command goes on with it when it is started again with the same video and options.</summary>
internal sealed class ClipUpload(RoadSegClient client, string folder)
{
    /// <summary>The file that remembers the batch.</summary>
    public const string FileName = "roadseg-clip.txt";

    private const int AtOnce = 8;

    private readonly string _note = Path.Combine(folder, FileName);

    /// <summary>Whether a folder's results were begun by this command.</summary>
    public static bool IsBegun(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Uploads, follows and fetches.</summary>
    /// <param name="video">Path of the video.</param>
    /// <param name="gpx">Path of its track; null where there is none.</param>
    /// <param name="clip">Which frames.</param>
    /// <param name="about">What is said of their jobs.</param>
    /// <param name="cancel">Stops following; the batch goes on.</param>
    /// <exception cref="CommandFailedException">The batch failed or was canceled, and is forgotten; or the folder's is of another video,
    /// or of other options.</exception>
    public async Task<Timeline> RunAsync(string video, string? gpx, ClipRequest clip, BatchRequest about, CancellationToken cancel)
    {
        Directory.CreateDirectory(folder);
        var asked = Described(video, gpx, clip, about);
        string[] noted = IsBegun(folder) ? await File.ReadAllLinesAsync(_note, cancel) : [];
        if (!WorkId.TryParse(noted.FirstOrDefault(), out var id))
        {
            id = await SendAsync(video, gpx, clip, about, cancel);
            await File.WriteAllLinesAsync(_note, [$"{id}", asked], cancel);
        }
        else if (noted.ElementAtOrDefault(1) != asked)
        {
            throw new CommandFailedException(
                $"{folder} has results of another video, or of other options. Name a new folder with --out, or delete {_note}."
            );
        }

        var batch = await BatchProgress.FollowAsync(client, id, archives: false, cancel);
        if (batch.State != BatchState.Completed)
        {
            File.Delete(_note);
            throw new CommandFailedException($"{id} {BatchProgress.Line(batch)}");
        }

        return await FetchAsync(batch, cancel);
    }

    private static string Described(string video, string? gpx, ClipRequest clip, BatchRequest about) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                JsonSerializer.SerializeToUtf8Bytes(
                    about with
                    {
                        Name = string.Join('\n', new[] { video, gpx }.OfType<string>().Select(Version)),
                        Clip = clip,
                    },
                    BatchRequestJson.Default.BatchRequest
                )
            )
        );

    private static string Version(string file) =>
        new FileInfo(file) is var info ? FormattableString.Invariant($"{info.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}") : "";

    private async Task<WorkId> SendAsync(string video, string? gpx, ClipRequest clip, BatchRequest about, CancellationToken cancel)
    {
        await using var content = File.OpenRead(video);
        await using var track = gpx is null ? null : File.OpenRead(gpx);
        var sent = default(BatchView);
        await Screen.WatchAsync(1, async board => sent = await client.StartClipAsync(content, clip, about, track, board.Sent(0), cancel));
        return sent!.Id;
    }

    private async Task<Timeline> FetchAsync(BatchView batch, CancellationToken cancel)
    {
        var timeline = await client.GetTimelineAsync(batch.Id, cancel);
        var done = timeline.Frames.Where(static frame => frame.State == JobStates.Name(JobState.Succeeded)).ToList();
        Directory.CreateDirectory(Path.Combine(folder, "masks"));
        var masks = await Batch.RunAsync(
            done.Count,
            AtOnce,
            async (i, _, stop) =>
            {
                await SaveAsync($"masks/{done[i].Index + 1:00000}.png", await client.OpenMaskAsync(done[i].Job!.Value, null, stop), stop);
                return done[i];
            },
            cancel
        );
        if (batch.Links.ContainsKey("overlay"))
        {
            await SaveAsync("overlay.mp4", await client.OpenClipOverlayAsync(batch.Id, cancel), cancel);
            await SaveAsync("poster.jpg", await client.OpenClipPosterAsync(batch.Id, cancel), cancel);
        }

        await SaveAsync("timeline.csv", await client.OpenTimelineTableAsync(batch.Id, cancel), cancel);
        await SavedResult.WriteAsync(
            file => JsonSerializer.SerializeAsync(file, timeline, TimelineJson.Plain.Timeline, cancel),
            Path.Combine(folder, "timeline.json")
        );
        return masks.FirstOrDefault(static one => one.Failure is not null).Failure is { } failure
            ? throw new CommandFailedException($"Some masks could not be fetched ({failure.Message}). Start the command again.")
            : timeline;
    }

    private async Task SaveAsync(string name, Stream content, CancellationToken cancel)
    {
        await using (content)
        {
            if (!File.Exists(Path.Combine(folder, name)))
                await SavedResult.WriteAsync(content, Path.Combine(folder, name), cancel);
        }
    }
}
