using RoadSeg.Errors;

namespace RoadSeg.Datasets;

/// <summary>Why a set cannot be used.</summary>
/// <param name="Code">A code of docs/errors.md.</param>
/// <param name="Message">What to do.</param>
public sealed record DatasetProblem(string Code, string Message);
