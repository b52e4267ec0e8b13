using System.Buffers.Binary;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

/// <summary>Small videos, what can be done to them, and what is seen of them.</summary>
internal static class Videos
{
    /// <summary>25 frames a second of 64 x 48 pixels, each of one grey that says which it is: <see cref="Number"/>.</summary>
    public const string Numbered = "color=black:s=64x48:r=25,geq=lum='16+2*N':cb=128:cr=128";

    /// <summary>H.264, a key frame every 10.</summary>
    public static readonly string[] H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "4", "-g", "10", "-pix_fmt", "yuv420p"];

    /// <summary>Which frame of <see cref="Numbered"/> a frame is.</summary>
    public static int Number(ClipFrame frame) => (int)Math.Round(frame.Image.Pixels[3 * ((frame.Image.Width * frame.Image.Height / 2) + 8)] * 219.0 / 255 / 2);

    public static Task<ClipFacts> ProbeAsync(string file, ClipOptions? options = null) =>
        ClipProbe.ReadAsync(file, Ffmpeg.Tools, options ?? new ClipOptions(), TimeProvider.System, TestContext.Current.CancellationToken);

    public static async Task<Taken> FramesAsync(string file, ClipOptions? options = null)
    {
        options ??= new ClipOptions();
        var facts = await ProbeAsync(file, options);
        var extractor = new FrameExtractor(file, facts, Ffmpeg.Tools, options, TimeProvider.System);
        var frames = new List<ClipFrame>();
        await foreach (var frame in extractor.ReadAsync(TestContext.Current.CancellationToken))
            frames.Add(frame);
        return new Taken(frames, extractor.Findings, facts);
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

    /// <summary>What was taken of a video.</summary>
    internal sealed record Taken(List<ClipFrame> Frames, IReadOnlyList<ClipFinding> Findings, ClipFacts Facts)
    {
        public IEnumerable<int> Numbers => Frames.Select(Number);
    }
}
