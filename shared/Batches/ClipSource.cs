using System.Text.Json.Serialization;
using RoadSeg.Clips;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>The video whose frames are the photos of a batch. One of key and file says where it lies.</summary>
/// <param name="Key">The key that it was uploaded by.</param>
/// <param name="File">Its name in container <c>batches</c>.</param>
/// <param name="Gpx">Name of its track there; null where there is none.</param>
/// <param name="FileName">The caller's name for it.</param>
/// <param name="EverySeconds">Of each such stretch one frame is taken.</param>
/// <param name="Frames">Frames at most.</param>
/// <param name="Start">When it began, where its caller said so.</param>
public sealed record ClipSource(
    WorkId? Key,
    string? File,
    string? Gpx,
    string? FileName,
    double EverySeconds,
    int Frames,
    DateTimeOffset? Start
)
{
    /// <summary>Where the video lies.</summary>
    [JsonIgnore]
    public JobSource Video => Key is { } key ? Uploaded(BlobPaths.ClipVideo(key)) : Dropped(File!);

    /// <summary>Where its track lies, if it has one: of an uploaded one only storage knows.</summary>
    [JsonIgnore]
    public JobSource? Track =>
        Key is { } key ? Uploaded(BlobPaths.ClipTrack(key))
        : Gpx is { } gpx ? Dropped(gpx)
        : null;

    /// <summary>The name that it is shown by.</summary>
    [JsonIgnore]
    public string Name => FileName ?? (File is { } file ? file[(file.LastIndexOf('/') + 1)..] : "video");

    /// <summary>Which frames are taken of it.</summary>
    /// <param name="limits">What it may be and cost.</param>
    public ClipOptions Options(ClipOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return limits with { Every = TimeSpan.FromSeconds(EverySeconds), Frames = Frames };
    }

    private static JobSource Uploaded(string path) => new(Containers.Clips, path, null, null);

    private static JobSource Dropped(string path) => new(Containers.Batches, path, null, null);
}
