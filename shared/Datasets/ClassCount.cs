using RoadSeg.Labels;

namespace RoadSeg.Datasets;

/// <summary>A class in the usable images.</summary>
/// <param name="Id">Class id.</param>
/// <param name="Name">Name.</param>
/// <param name="Color">Display colour.</param>
/// <param name="Pixels">Pixels at the target size.</param>
/// <param name="Share">Share of the labelled pixels, 0-1.</param>
/// <param name="Images">Images it appears in.</param>
public sealed record ClassCount(int Id, string Name, RgbColor Color, long Pixels, double Share, long Images);
