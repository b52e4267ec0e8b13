using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Clips;

/// <summary>Reads what is said of a video in a request for a batch.</summary>
internal static class ClipAsked
{
    private const int MostPath = 1024;

    /// <summary>The video that is meant.</summary>
    /// <param name="asked">What is said.</param>
    /// <param name="caller">Who says it: keys are their caller's own.</param>
    /// <param name="folder">The folder that a description lies in, with its last slash; null for one that was sent.</param>
    /// <exception cref="RoadSegException">request-invalid.</exception>
    public static ClipSource Checked(ClipRequest asked, string caller, string? folder)
    {
        if (folder is not null && asked.Key is not null)
            throw Invalid("Beside a dropped video 'clip.key' is not said: 'clip.file' names it within the folder.");
        if (asked.Key is null == asked.File is null)
            throw Invalid("Say with one of 'clip.key' and 'clip.file' which video is meant.");
        if (asked.Key is { } key && (key.MadeAt is null || key.Partition != WorkId.PartitionOf(caller)))
            throw Invalid("'clip.key' is none of yours: POST /v1/clips gives one.");
        if (asked.Gpx is not null && asked.File is null)
            throw Invalid("'clip.gpx' goes with 'clip.file'. With a key the track is uploaded beside the video.");
        if (asked.Every is { } every && !(every is >= ClipOptions.LeastSeconds and <= ClipOptions.MostSeconds))
            throw Invalid($"'clip.every' is a number of seconds from {ClipOptions.LeastSeconds} to {ClipOptions.MostSeconds}.");
        if (asked.Frames is < 1 or > ClipOptions.MostFrames)
            throw Invalid($"'clip.frames' is a whole number from 1 to {ClipOptions.MostFrames}.");
        var start = default(DateTimeOffset);
        if (asked.Start is not null && !(Rfc3339Time.TryParse(asked.Start, out start) && start.Year is >= 1970 and <= 2100))
            throw Invalid("'clip.start' is a time such as 2026-03-01T12:00:00Z, of the years 1970 to 2100.");
        var standard = new ClipOptions();
        return new ClipSource(
            asked.Key,
            Path(asked.File, "file", folder),
            Path(asked.Gpx, "gpx", folder),
            asked.FileName is null ? null : SubmittedImage.Shown(asked.FileName),
            asked.Every ?? standard.Every.TotalSeconds,
            asked.Frames ?? standard.Frames,
            asked.Start is null ? null : start
        );
    }

    private static string? Path(string? name, string member, string? folder) =>
        name switch
        {
            null => null,
            { Length: > 0 and <= MostPath } when !name.Any(char.IsControl) && !name.Split('/', '\\').Any(IsDots) => folder + name,
            _ => throw Invalid($"'clip.{member}' is the name of a blob, at most {MostPath} characters, without segments '.' and '..'."),
        };

    private static bool IsDots(string segment) => segment is "." or "..";

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);
}
