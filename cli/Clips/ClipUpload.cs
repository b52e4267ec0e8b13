using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RoadSeg.Batches;
using RoadSeg.Cli.Batches;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Clips;
using RoadSeg.Errors;
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
        var files = Digest(string.Join('\n', new[] { video, gpx }.OfType<string>().Select(Version)));
        var asked = Digest(JsonSerializer.Serialize(about with { Clip = clip }, BatchRequestJson.Default.BatchRequest));
        string[] noted = IsBegun(folder) ? await File.ReadAllLinesAsync(_note, cancel) : [];
        if (noted is [_, var of, ..] && (of != files || (noted is [_, _, var before, ..] && before != asked)))
            throw new CommandFailedException(
                $"{folder} has results of another video, or of other options. Name a new folder with --out, or delete {_note}."
            );

        // Key, video, options, the request's own key, batch: each is noted before what it stands for is asked for again.
        if (!WorkId.TryParse(noted.FirstOrDefault(), out var key))
            await File.WriteAllLinesAsync(_note, noted = [$"{key = await SendAsync(video, gpx, cancel)}", files], cancel);
        if (noted.Length < 4)
            await File.WriteAllLinesAsync(_note, noted = [$"{key}", files, asked, $"{Guid.NewGuid():N}"], cancel);
        if (!WorkId.TryParse(noted.ElementAtOrDefault(4), out var id))
        {
            id = await BeginAsync(about with { Clip = clip with { Key = key } }, noted[3], cancel);
            await File.WriteAllLinesAsync(_note, [.. noted.Take(4), $"{id}"], cancel);
        }

        var batch = await BatchProgress.FollowAsync(client, id, archives: false, cancel);
        if (batch.State != BatchState.Completed)
        {
            // With other options the same video may do: it is not sent again while it is there.
            await File.WriteAllLinesAsync(_note, noted.Take(2), cancel);
            throw new CommandFailedException($"{id} {BatchProgress.Line(batch)}");
        }

        return await FetchAsync(batch, cancel);
    }

    private async Task<WorkId> BeginAsync(BatchRequest request, string idempotencyKey, CancellationToken cancel)
    {
        try
        {
            return (await client.StartBatchAsync(request, idempotencyKey, cancel)).Id;
        }
        catch (RoadSegApiException e) when (e.Code == ErrorCodes.ClipMissing.Code)
        {
            File.Delete(_note);
            throw new CommandFailedException("The video that was sent is not kept any more. Start the command again: it sends it anew.", e);
        }
        catch (RoadSegApiException e) when ((int)e.Status is >= 400 and < 500)
        {
            await File.WriteAllLinesAsync(_note, (await File.ReadAllLinesAsync(_note, cancel)).Take(2), cancel);
            throw;
        }
    }

    private async Task<WorkId> SendAsync(string video, string? gpx, CancellationToken cancel)
    {
        await using var content = File.OpenRead(video);
        await using var track = gpx is null ? null : File.OpenRead(gpx);
        var key = default(WorkId);
        await Screen.WatchAsync(1, async board => key = await client.UploadClipAsync(content, track, board.Sent(0), cancel));
        return key;
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));

    private static string Version(string file)
    {
        var info = new FileInfo(file);
        return FormattableString.Invariant($"{info.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}");
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
                var name = $"masks/{done[i].Index + 1:00000}.png";
                if (!File.Exists(Path.Combine(folder, name)))
                    await SaveAsync(name, await client.OpenMaskAsync(done[i].Job!.Value, null, stop), stop);
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
            await SavedResult.WriteAsync(content, Path.Combine(folder, name), cancel);
    }
}
