using System.Text.Json;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Reads what a video's file says of it and refuses what must not be decoded. The container is recognised by content before any
/// tool sees the file; ffprobe then reads that container and no other, no second file and no address.</summary>
public static class ClipProbe
{
    private const int MostAnswer = 1 << 20;

    private const string Entries =
        "format=duration"
        + ":format_tags=creation_time,com.apple.quicktime.creationdate"
        + ":stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,avg_frame_rate,duration"
        + ":stream_disposition=attached_pic,timed_thumbnails"
        + ":stream_side_data=rotation";

    /// <summary>Reads a video's facts and holds them against the limits.</summary>
    /// <param name="file">Path of the video. Its name means nothing.</param>
    /// <param name="tools">The programs.</param>
    /// <param name="options">What is allowed.</param>
    /// <param name="time">Counts how long is waited.</param>
    /// <param name="cancel">Kills the program.</param>
    /// <exception cref="RoadSegException"><c>clip-container-unsupported</c>, <c>clip-codec-unsupported</c>, <c>clip-without-video</c>,
    /// <c>clip-unreadable</c>, <c>clip-too-large</c>, <c>clip-too-long</c> or <c>clip-took-too-long</c>.</exception>
    public static async Task<ClipFacts> ReadAsync(
        string file,
        FfmpegTools tools,
        ClipOptions options,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(tools);
        var bytes = new FileInfo(file).Length;
        if (bytes > options.MaxBytes)
        {
            throw new RoadSegException(
                ErrorCodes.ClipTooLarge,
                $"The file has {bytes:N0} bytes; at most {options.MaxBytes:N0} are allowed. Cut the video, or save it with stronger "
                    + "compression."
            );
        }

        var facts = await AskAsync(file, Sniff(file), tools, options, time, cancel);
        if (facts.Duration > options.Longest && await LastsAsync(file, facts, tools, options, time, cancel))
        {
            throw new RoadSegException(
                ErrorCodes.ClipTooLong,
                $"The video lasts {ClipClock.Text(facts.Duration.Value)}; at most {ClipClock.Text(options.Longest)} are taken. Cut it into "
                    + "parts."
            );
        }

        return facts;
    }

    /// <summary>Asks ffprobe about a file as if it were in this container.</summary>
    internal static async Task<ClipFacts> AskAsync(
        string file,
        ClipContainer container,
        FfmpegTools tools,
        ClipOptions options,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var answer = await RunAsync(["-show_entries", Entries], file, container, tools, options, time, cancel);
        using var json = Parse(answer);
        return ProbedStreams.Facts(json.RootElement, container, new FileInfo(file).Length, options);
    }

    // A file may say that it lasts longer than it does. One that does has packets there.
    private static async Task<bool> LastsAsync(
        string file,
        ClipFacts facts,
        FfmpegTools tools,
        ClipOptions options,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        var limit = (long)options.Longest.TotalSeconds;
        string[] there =
        [
            "-select_streams",
            $"{facts.Stream}",
            "-show_entries",
            "packet=pts_time",
            "-read_intervals",
            $"{limit}%{limit + 10}",
        ];
        using var json = Parse(await RunAsync(there, file, facts.Container, tools, options, time, cancel));
        return json.RootElement.TryGetProperty("packets", out var packets)
            && packets.EnumerateArray().Any(packet => ProbedStreams.Seconds(packet, "pts_time") >= limit);
    }

    private static async Task<byte[]> RunAsync(
        IEnumerable<string> ask,
        string file,
        ClipContainer container,
        FfmpegTools tools,
        ClipOptions options,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        // The container alone: no picture and no sound is decoded.
        string[] arguments = ["-v", "error", "-of", "json=c=1", "-nofind_stream_info", .. ask, .. ClipArguments.Input(file, container)];
        await using var tool = ClipTool.Start(tools, tools.Ffprobe, arguments, options.Limits, time);
        var answer = new byte[MostAnswer];
        var read = await tool.InTimeAsync(
            () => Task.Run(() => tool.Output.ReadAtLeast(answer, MostAnswer, false), CancellationToken.None),
            cancel
        );
        var code = read == MostAnswer ? -1 : await tool.EndAsync(cancel);
        return code == 0
            ? answer[..read]
            : throw new RoadSegException(
                ErrorCodes.ClipUnreadable,
                "The video is cut short or broken: what says where its pictures lie is missing or makes no sense. Send it again, or "
                    + "save it anew with another program.",
                new InvalidDataException($"ffprobe ended with {code}: {tool.Said}")
            );
    }

    private static JsonDocument Parse(byte[] answer)
    {
        try
        {
            return JsonDocument.Parse(answer);
        }
        catch (JsonException e)
        {
            throw new RoadSegException(
                ErrorCodes.ClipUnreadable,
                "What the video says of itself cannot be read. Save it anew with another program.",
                e
            );
        }
    }

    private static ClipContainer Sniff(string file)
    {
        using var stream = File.OpenRead(file);
        var start = new byte[ContainerSniffer.Bytes];
        return ContainerSniffer.Sniff(start.AsSpan(0, stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)));
    }
}
