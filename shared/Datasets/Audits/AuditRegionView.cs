using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Audits;

/// <summary>A disputed region as the HTTP API shows it.</summary>
/// <param name="Rank">1 for the worst.</param>
/// <param name="Id">Identifier of the photo.</param>
/// <param name="Split">Where the photo is: train, val or test.</param>
/// <param name="Box">x, y, width, height in pixels of the version's picture.</param>
/// <param name="Pixels">Its pixels.</param>
/// <param name="Label">Name of the class that it is labelled as.</param>
/// <param name="Likely">Name of the class that the model says.</param>
/// <param name="Score">How sure the model is that the label is wrong, 0 to 1.</param>
/// <param name="Confidence">Mean confidence of the model, 0 to 1.</param>
/// <param name="Crop">Address of its picture; the worst have one.</param>
public sealed record AuditRegionView(
    int Rank,
    [property: JsonRequired] string Id,
    [property: JsonRequired] string Split,
    [property: JsonRequired] IReadOnlyList<int> Box,
    int Pixels,
    [property: JsonRequired] string Label,
    [property: JsonRequired] string Likely,
    double Score,
    double Confidence,
    string? Crop
);
