using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>Which attempt's files are the result, and what made them.</summary>
/// <param name="Attempt">Folder of the result files.</param>
/// <param name="Model">Model name.</param>
/// <param name="ModelVersion">Model version.</param>
/// <param name="ModelSha256">SHA-256 of the graph that ran, lower-case hex.</param>
/// <param name="Provider">ONNX Runtime execution provider that ran it.</param>
public sealed record JobResult(
    int Attempt,
    [property: JsonRequired] string Model,
    [property: JsonRequired] string ModelVersion,
    [property: JsonRequired] string ModelSha256,
    [property: JsonRequired] string Provider
);
