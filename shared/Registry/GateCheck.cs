using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>A check of the gate.</summary>
/// <param name="Name">self-test, mean-iou, class-iou, int8-loss, latency or disagreement.</param>
/// <param name="Passed">False keeps the version a candidate.</param>
/// <param name="Value">What was measured; null where there was nothing to measure.</param>
/// <param name="Limit">What it was held against.</param>
/// <param name="Note">A sentence for people.</param>
public sealed record GateCheck(
    [property: JsonRequired] string Name,
    bool Passed,
    double? Value,
    double? Limit,
    [property: JsonRequired] string Note
);
