using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>Scores of one measurement.</summary>
/// <param name="Dataset">Data set.</param>
/// <param name="Split">Split of it: <c>train</c>, <c>val</c>, <c>test</c>.</param>
/// <param name="Width">Width in pixels of the ground truth scored against.</param>
/// <param name="Height">Height in pixels of the ground truth scored against.</param>
/// <param name="Values">Metric name to value; shares and IoU in 0-1.</param>
/// <param name="MeasuredAt">When.</param>
/// <param name="Command">Command that repeats it, or a sentence that says how it was measured.</param>
public sealed record MetricSet(
    [property: JsonRequired] string Dataset,
    [property: JsonRequired] string Split,
    int Width,
    int Height,
    [property: JsonRequired] IReadOnlyDictionary<string, double> Values,
    DateTimeOffset MeasuredAt,
    [property: JsonRequired] string Command
)
{
    /// <summary>Beginning of the names of metrics that say from which confidence on, 0-1, the pixels of a class were right at 95 %; the
    /// class follows. A class that reached it at no confidence has none.</summary>
    public const string CertainFromPrefix = "certainFrom.";

    /// <summary>Beginning of the names of metrics that say which share of the pixels of a class is that confident, 0-1; the class
    /// follows.</summary>
    public const string CertainSharePrefix = "certainShare.";

    /// <summary>What the two say: class name to confidence; null for a class that reached it at none. Empty where it was not
    /// measured.</summary>
    public IReadOnlyDictionary<string, double?> CertainFrom() =>
        Values
            .Keys.Where(static name => name.StartsWith(CertainSharePrefix, StringComparison.Ordinal))
            .Select(static name => name[CertainSharePrefix.Length..])
            .ToDictionary(
                static label => label,
                label => Values.TryGetValue(CertainFromPrefix + label, out var from) && from is >= 0 and <= 1 ? from : (double?)null
            );
}
