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
);
