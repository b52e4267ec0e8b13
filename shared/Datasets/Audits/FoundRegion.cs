using RoadSeg.Results;

namespace RoadSeg.Datasets.Audits;

/// <summary>A region of a photo in which the model says another class than the labels.</summary>
/// <param name="Label">Class id of the labels.</param>
/// <param name="Likely">Class id for which the model speaks most.</param>
/// <param name="Box">x, y, width, height in pixels.</param>
/// <param name="Pixels">Its pixels, those at edges too.</param>
/// <param name="Score">0 to 1: see <see cref="LabelAuditor"/>.</param>
/// <param name="Confidence">Mean confidence of the model over its pixels away from edges, 0 to 1.</param>
/// <param name="Runs">Its pixels, by row and column.</param>
public sealed record FoundRegion(
    byte Label,
    byte Likely,
    IReadOnlyList<int> Box,
    int Pixels,
    double Score,
    double Confidence,
    IReadOnlyList<MaskRun> Runs
);
