using System.Text;
using System.Text.Json;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Storage;

internal static class MessageText
{
    /// <summary>The first 200 bytes of a message, for the log line of one that cannot be read.</summary>
    public static string Start(ReadOnlySpan<byte> body) => Encoding.UTF8.GetString(body[..Math.Min(body.Length, 200)]).ReplaceLineEndings(" ");

    /// <summary>Reads a message of segmentation-jobs; null when the bytes are none.</summary>
    public static SegmentationMessage? Segmentation(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, JobJson.Default.SegmentationMessage) is { } message && message.JobId != default ? message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
