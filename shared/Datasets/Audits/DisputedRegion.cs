namespace RoadSeg.Datasets.Audits;

/// <summary>A region of a photo whose label a model disputes.</summary>
/// <param name="Id">Identifier of the photo.</param>
/// <param name="Split">Where the photo is.</param>
/// <param name="Box">x, y, width, height in pixels of the version's picture.</param>
/// <param name="Pixels">Its pixels.</param>
/// <param name="Label">Name of the class that it is labelled as.</param>
/// <param name="Likely">Name of the class that the model says.</param>
/// <param name="Score">How sure the model is that the label is wrong, 0 to 1: see <see cref="LabelAuditor"/>.</param>
/// <param name="Confidence">Mean confidence of the model over its pixels away from edges, 0 to 1.</param>
/// <param name="Crop">Name of its picture; the worst have one.</param>
public sealed record DisputedRegion(
    string Id,
    Split Split,
    IReadOnlyList<int> Box,
    int Pixels,
    string Label,
    string Likely,
    double Score,
    double Confidence,
    string Crop
);
