using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>The programs that videos are read and written with: ffmpeg and ffprobe, version 5.1 or newer, and prlimit, under which they
/// run.</summary>
public sealed class FfmpegTools
{
    /// <summary>Setting that names the folder of ffmpeg and ffprobe; without it they are looked for where commands are.</summary>
    public const string Setting = "ROADSEG_FFMPEG";

    private FfmpegTools(string ffmpeg, string ffprobe, string prlimit) => (Ffmpeg, Ffprobe, Prlimit) = (ffmpeg, ffprobe, prlimit);

    internal string Ffmpeg { get; }

    internal string Ffprobe { get; }

    internal string Prlimit { get; }

    /// <summary>What it writes H.264 with, once somebody asked.</summary>
    internal string? H264 { get; set; }

    /// <summary>Looks for the programs.</summary>
    /// <param name="folder">Folder of ffmpeg and ffprobe; null or empty: that of PATH.</param>
    /// <exception cref="RoadSegException"><c>clip-tools-missing</c>; the message says what to install.</exception>
    public static FfmpegTools Find(string? folder = null)
    {
        var path = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        var folders = string.IsNullOrEmpty(folder) ? path : [Path.GetFullPath(folder)];
        return new FfmpegTools(
            In(folders, "ffmpeg") ?? throw Missing("ffmpeg", "apt install ffmpeg"),
            In(folders, "ffprobe") ?? throw Missing("ffprobe", "apt install ffmpeg"),
            In(path, "prlimit") ?? throw Missing("prlimit", "apt install util-linux")
        );
    }

    private static string? In(IEnumerable<string> folders, string name) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static RoadSegException Missing(string name, string install) =>
        new(
            ErrorCodes.ClipToolsMissing,
            $"Videos are read with {name}, which was not found. Install it where the work is done ({install}), or name its folder with "
                + $"{Setting}. Photos do not need it."
        );
}
