using System.Buffers.Binary;
using System.Diagnostics;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

/// <summary>Small videos, made by ffmpeg, and what can be done to them.</summary>
internal static class Videos
{
    /// <summary>25 frames a second of 64 x 48 pixels, each of one grey that says which it is: <see cref="Number"/>.</summary>
    public const string Numbered = "color=black:s=64x48:r=25,geq=lum='16+2*N':cb=128:cr=128";

    /// <summary>H.264, a key frame every 10.</summary>
    public static readonly string[] H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-g", "10", "-pix_fmt", "yuv420p"];

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

    /// <summary>Which frame of <see cref="Numbered"/> a frame is.</summary>
    public static int Number(ClipFrame frame) => (int)Math.Round(frame.Image.Pixels[3 * ((frame.Image.Width * frame.Image.Height / 2) + 8)] * 219.0 / 255 / 2);

    public static Task<ClipFacts> ProbeAsync(string file, ClipOptions? options = null) =>
        ClipProbe.ReadAsync(file, Tools, options ?? new ClipOptions(), TimeProvider.System, TestContext.Current.CancellationToken);

    public static async Task<(List<ClipFrame> Frames, IReadOnlyList<ClipFinding> Findings)> FramesAsync(string file, ClipOptions? options = null)
    {
        options ??= new ClipOptions();
        var extractor = new FrameExtractor(file, await ProbeAsync(file, options), Tools, options, TimeProvider.System);
        var frames = new List<ClipFrame>();
        await foreach (var frame in extractor.ReadAsync(TestContext.Current.CancellationToken))
            frames.Add(frame);
        return (frames, extractor.Findings);
    }

    public static async Task<RoadSegException> RefusedAsync(Func<Task> read, ErrorCode code)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(read);
        Assert.Equal(code, refused.Code);
        Assert.DoesNotContain("/", refused.Message, StringComparison.Ordinal);
        return refused;
    }

    /// <summary>Changes an MP4 behind the name of each of its atoms of a kind; the position is that of the name.</summary>
    public static void Patch(string file, string atom, Action<Memory<byte>> patch)
    {
        var bytes = File.ReadAllBytes(file);
        var (at, found) = (0, 0);
        while (bytes.AsSpan(at).IndexOf(System.Text.Encoding.ASCII.GetBytes(atom)) is >= 0 and var next)
        {
            at += next;
            patch(bytes.AsMemory(at));
            at += atom.Length;
            found++;
        }

        Assert.True(found > 0, $"There is no {atom}.");
        File.WriteAllBytes(file, bytes);
    }

    /// <summary>Writes a number of 32 bits, big-endian.</summary>
    public static void Put(Memory<byte> bytes, int at, int value) => BinaryPrimitives.WriteInt32BigEndian(bytes.Span[at..], value);
}
