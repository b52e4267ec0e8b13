namespace RoadSeg.Trainer.Weights;

/// <summary>What became of a file of weights.</summary>
/// <param name="Loaded">Parameters and buffers taken from the file.</param>
/// <param name="Missing">Names of the model's part that the file lacks.</param>
/// <param name="Unused">Names in the file that the model has no place for.</param>
/// <param name="Mismatched">Names whose shapes differ.</param>
internal sealed record WeightReport(
    int Loaded,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unused,
    IReadOnlyList<string> Mismatched
);
