using System.Diagnostics;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests;

/// <summary>The ffmpeg of this machine, and videos that it makes.</summary>
public static class Ffmpeg
{
    private static readonly Lazy<FfmpegTools?> Found = new(static () =>
    {
        try
        {
            return FfmpegTools.Find();
        }
        catch (RoadSegException)
        {
            return null;
        }
    });

    /// <summary>The programs. Skips the test where they are missing, and fails it under CI=true.</summary>
    public static FfmpegTools Tools
    {
        get
        {
            if (Found.Value is not null)
                return Found.Value;
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "ffmpeg is missing: apt-get install ffmpeg");
            Assert.Skip("ffmpeg is not installed (apt-get install ffmpeg).");
            throw new InvalidOperationException();
        }
    }

    /// <summary>Makes a video of a source of ffmpeg's own (lavfi).</summary>
    public static async Task<string> MakeAsync(TempFolder folder, string name, string source, double seconds, params string[] output)
    {
        _ = Tools;
        string[] arguments = ["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", source, .. output, "-t", FormattableString.Invariant($"{seconds}"), folder[name]];
        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true })!;
        var said = await ffmpeg.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ffmpeg.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(ffmpeg.ExitCode == 0, said);
        return folder[name];
    }
}
