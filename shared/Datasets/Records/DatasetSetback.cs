using System.Text.Json.Serialization;
using RoadSeg.Errors;

namespace RoadSeg.Datasets;

/// <summary>A failure of a check that will be tried again.</summary>
/// <param name="Error">A code of docs/errors.md, or the type of an error that the service did not foresee.</param>
/// <param name="Message">What it says, its first line.</param>
/// <param name="At">When it happened.</param>
public sealed record DatasetSetback(
    [property: JsonRequired] string Error,
    [property: JsonRequired] string Message,
    [property: JsonRequired] DateTimeOffset At
)
{
    private const int MostShown = 300;

    /// <summary>The setback that an exception is.</summary>
    public static DatasetSetback Of(Exception reason, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var line = reason.Message.Split('\n', 2)[0].Trim();
        return new DatasetSetback(
            reason is RoadSegException known ? known.Code.Code : reason.GetType().Name,
            line.Length > MostShown ? line[..MostShown] + "..." : line,
            at
        );
    }
}
