using RoadSeg.Errors;

namespace RoadSeg.Datasets;

internal static class DatasetErrors
{
    public static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.DatasetInvalid, message, inner);

    public static RoadSegException TooManyBytes(long bytes, long maxBytes) => new(
        ErrorCodes.ImageTooManyBytes, $"The file has {bytes:N0} bytes; at most {maxBytes:N0} are allowed.");
}
