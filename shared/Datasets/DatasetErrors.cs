using RoadSeg.Errors;

namespace RoadSeg.Datasets;

internal static class DatasetErrors
{
    /// <summary>A line as a finding shows it.</summary>
    public static string Shown(string line) => $"'{new string([.. line.Take(60).Select(Plain)])}{(line.Length > 60 ? "..." : "")}'";

    private static char Plain(char c) => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c;

    public static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.DatasetInvalid, message, inner);

    public static RoadSegException TooManyBytes(long bytes, long maxBytes) =>
        new(ErrorCodes.ImageTooManyBytes, $"The file has {bytes:N0} bytes; at most {maxBytes:N0} are allowed.");
}
