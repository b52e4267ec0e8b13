using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Clips;

/// <summary>Takes frames of a video: of each stretch of <see cref="ClipOptions.Every"/>, counted from the first frame, the first one that
/// is shown in it. What counts is when a frame is shown and not the how many-eth it is; a stretch in which none begins has none. Nothing is
/// written to disk, and no more than a frame is ahead of whoever takes them.</summary>
/// <param name="file">Path of the video.</param>
/// <param name="facts">What <see cref="ClipProbe.ReadAsync"/> said of it.</param>
/// <param name="tools">The programs.</param>
/// <param name="options">Which frames, and what they may cost.</param>
/// <param name="time">Counts how long is waited.</param>
public sealed partial class FrameExtractor(string file, ClipFacts facts, FfmpegTools tools, ClipOptions options, TimeProvider time)
{
    // How the system's "no memory" leaves ffmpeg: -ENOMEM as an exit code.
    private const int OutOfMemory = 256 - 12;

    // In microseconds: no video is looked at for longer than a day.
    private const long Latest = 86_400_000_000;

    // Tracks of sound and of pictures do not end at once.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private readonly List<ClipFinding> _findings = [];

    /// <summary>What there is to say of the video, once the frames have been taken.</summary>
    public IReadOnlyList<ClipFinding> Findings => _findings;

    /// <summary>Takes the frames, at most <see cref="ClipOptions.Frames"/>.</summary>
    /// <param name="cancel">Kills the decoder.</param>
    /// <exception cref="RoadSegException"><c>clip-unreadable</c>: not a single frame can be decoded; <c>clip-too-large</c>: it needs more
    /// memory than it may have; <c>clip-took-too-long</c>.</exception>
    public async IAsyncEnumerable<ClipFrame> ReadAsync([EnumeratorCancellation] CancellationToken cancel = default)
    {
        _findings.Clear();
        var shown = Channel.CreateUnbounded<TimeSpan>();
        await using var tool = ClipTool.Start(tools, tools.Ffmpeg, Arguments(), options.Limits, time, line => Hear(line, shown.Writer));
        var (count, last) = (0, TimeSpan.Zero);
        while (await NextAsync(tool, cancel) is { } image)
        {
            // One more than may be was asked for: whether the video goes on.
            if (count == options.Frames)
            {
                Find(ClipFindingKind.GoesOn, $"The video goes on: {count:N0} frames, up to {ClipClock.Text(last)}, are as many as may be.");
                yield break;
            }

            // Said before the frame itself is written.
            if (!await tool.InTimeAsync(() => shown.Reader.WaitToReadAsync(CancellationToken.None).AsTask(), cancel))
                break;
            shown.Reader.TryRead(out var at);

            // Of a broken file times may be missing, or stand still.
            if (count > 0 && at <= last)
                continue;
            last = at;
            yield return new ClipFrame(count++, at, image);
        }

        var code = await tool.EndAsync(cancel);
        if (count == 0)
            throw Nothing(code, tool.Said);
        Conclude(code, last);
    }

    private string[] Arguments()
    {
        var every = (long)options.Every.TotalMicroseconds;
        string[] filters =
        [
            "settb=1/1000000",
            "setpts=PTS-STARTPTS",
            $"select='isnan(prev_selected_pts)+gt(floor(pts/{every}),floor(prev_selected_pts/{every}))'",
            // Prints when each frame is shown; only of frames that have a word with them.
            "metadata=mode=add:key=taken:value=1",
            @"metadata=mode=print:key=taken:direct=1:file=pipe\\:2",
            $"scale={facts.Width}:{facts.Height}",
            "format=rgb24",
        ];
        string[] before = ["-hide_banner", "-nostdin", "-nostats", "-v", "error", "-filter_threads", "1"];
        string[] output =
        [
            .. (string[])["-map", $"0:{facts.Stream}", "-vf", string.Join(',', filters), "-fps_mode", "passthrough"],
            .. (string[])["-frames:v", $"{options.Frames + 1}", "-c:v", "rawvideo", "-f", "rawvideo", "pipe:1"],
        ];
        return [.. before, .. ClipArguments.Input(file, facts, options), .. output];
    }

    private async Task<RgbImage?> NextAsync(ClipTool tool, CancellationToken cancel)
    {
        var pixels = GC.AllocateUninitializedArray<byte>(checked(3 * facts.Width * facts.Height));
        var read = await tool.InTimeAsync(
            () => Task.Run(() => tool.Output.ReadAtLeast(pixels, pixels.Length, throwOnEndOfStream: false), CancellationToken.None),
            cancel
        );
        return read == pixels.Length ? new RgbImage(facts.Width, facts.Height, pixels) : null;
    }

    private static void Hear(string? line, ChannelWriter<TimeSpan> shown)
    {
        if (line is null)
            shown.TryComplete();
        else if (Shown().Match(line) is { Success: true } match)
            shown.TryWrite(
                long.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var microseconds)
                    ? TimeSpan.FromMicroseconds(Math.Clamp(microseconds, 0, Latest))
                    : TimeSpan.Zero
            );
    }

    private RoadSegException Nothing(int code, string said)
    {
        var reason = new InvalidDataException($"ffmpeg ended with {code}: {said}");
        return code == OutOfMemory
            ? new RoadSegException(
                ErrorCodes.ClipTooLarge,
                $"A frame takes more memory than the {options.MemoryMebibytes:N0} MiB that a video may have. Save it smaller.",
                reason
            )
            : new RoadSegException(
                ErrorCodes.ClipUnreadable,
                $"Not a single frame of the video can be decoded: it is cut short or broken, or its frames are not of the size that it "
                    + $"says, or take more than {options.MemoryMebibytes:N0} MiB. Send it again, or save it anew.",
                reason
            );
    }

    private void Conclude(int code, TimeSpan last)
    {
        if (code != 0)
            Find(ClipFindingKind.Damaged, $"The video is damaged: the decoder gave up after the frame at {ClipClock.Text(last)}.");
        else if (last + options.Every >= options.Longest)
            Find(ClipFindingKind.GoesOn, $"Only the first {ClipClock.Text(options.Longest)} of the video were looked at.");
        else if (facts.Duration is { } promised && last + options.Every + Slack < promised)
            Find(
                ClipFindingKind.EndsEarly,
                $"The video says that it lasts {ClipClock.Text(promised)}, and its last frame was taken at {ClipClock.Text(last)}: it was "
                    + "cut short, or stands still, or says something wrong."
            );
    }

    private void Find(ClipFindingKind kind, string message) => _findings.Add(new ClipFinding(kind, message));

    [GeneratedRegex(@"^frame:\d+\s+pts:(-?\d+|NOPTS)\s", RegexOptions.CultureInvariant)]
    private static partial Regex Shown();
}
