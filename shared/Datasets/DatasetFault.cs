namespace RoadSeg.Datasets;

/// <summary>One finding.</summary>
/// <param name="Kind">What.</param>
/// <param name="File">Path below the set's root; e-mail addresses are taken out.</param>
/// <param name="Detail">What exactly, in a sentence.</param>
/// <param name="Pixels">Pixels concerned; 0 where the whole file is.</param>
public sealed record DatasetFault(FaultKind Kind, string File, string Detail, long Pixels = 0);
