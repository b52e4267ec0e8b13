using System.Globalization;

namespace RoadSeg.Clips;

/// <summary>How the tools are told to read a stranger's file: one container, a few codecs, nothing but this file.</summary>
internal static class ClipArguments
{
    /// <summary>Codecs of pictures, as ffmpeg calls them.</summary>
    public static readonly IReadOnlyList<string> Codecs = ["h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mjpeg", "prores"];

    // Up to the height of PAL BT.601, above it BT.709.
    private const int HighestOfStandard = 576;

    // By name of the decoder, of which AV1 has several. None of them belongs to a piece of hardware.
    private static readonly string Decoders = string.Join(',', [.. Codecs, "libdav1d", "libaom-av1"]);

    /// <summary>The input, for a tool that looks at the container alone.</summary>
    public static IEnumerable<string> Input(string file, ClipContainer container)
    {
        var matroska = container is ClipContainer.Matroska or ClipContainer.WebM;
        string[] read = ["-protocol_whitelist", "file", "-format_whitelist", "mov,matroska", "-f", matroska ? "matroska" : "mov"];

        // Whose tracks may name other files. It is off of itself; here it is said.
        string[] alone = matroska ? [] : ["-enable_drefs", "0", "-use_absolute_path", "0"];
        return [.. read, .. alone, "-i", "file:" + Path.GetFullPath(file)];
    }

    /// <summary>The input, for the tool that decodes it.</summary>
    public static IEnumerable<string> Input(string file, ClipFacts facts, ClipOptions options)
    {
        string[] decode =
        [
            .. (string[])["-codec_whitelist", Decoders, "-max_pixels", $"{options.MaxPixels}", "-threads", $"{options.Threads}"],
            .. (string[])["-t", string.Create(CultureInfo.InvariantCulture, $"{options.Longest.TotalSeconds:0.###}")],
        ];

        // What players take a video for that does not say what its colours are coded by. Of itself ffmpeg takes all for the former.
        var standard = Math.Min(facts.Width, facts.Height) <= HighestOfStandard || facts.Codec == "mjpeg";
        return [.. decode, .. standard ? (string[])[] : ["-colorspace", "bt709"], .. Input(file, facts.Container)];
    }
}
