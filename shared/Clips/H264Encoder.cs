using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Finds out what an ffmpeg can write H.264 with. Encoders that belong to a piece of hardware are left alone: whether they work
/// shows only when they are used.</summary>
internal static class H264Encoder
{
    /// <summary>x264.</summary>
    public const string X264 = "libx264";

    private const int MostAnswer = 1 << 18;
    private static readonly string[] Known = [X264, "libopenh264"];
    private static readonly ToolLimits Limits = new(2L << 30, TimeSpan.FromMinutes(1), 1);

    /// <exception cref="RoadSegException"><c>clip-tools-missing</c>.</exception>
    public static async Task<string> FindAsync(FfmpegTools tools, TimeProvider time, CancellationToken cancel)
    {
        if (tools.H264 is { } found)
            return found;
        await using var tool = ClipTool.Start(tools, tools.Ffmpeg, ["-hide_banner", "-v", "error", "-encoders"], Limits, time);
        var answer = new byte[MostAnswer];
        var read = await tool.InTimeAsync(
            () => Task.Run(() => tool.Output.ReadAtLeast(answer, MostAnswer, false), CancellationToken.None),
            cancel
        );
        var words = Encoding.UTF8.GetString(answer, 0, read).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        return tools.H264 = Known.FirstOrDefault(words.Contains)
            ?? throw new RoadSegException(
                ErrorCodes.ClipToolsMissing,
                $"This ffmpeg writes no H.264, which the video of the overlays is in: it has none of {string.Join(", ", Known)}. "
                    + $"Install the one of the system (apt install ffmpeg), or name another one's folder with {FfmpegTools.Setting}."
            );
    }
}
