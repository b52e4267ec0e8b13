namespace RoadSeg.Inference;

/// <summary>What one class has of an image.</summary>
/// <param name="Id">Class id.</param>
/// <param name="Name">Class name.</param>
/// <param name="Pixels">Pixels of this class; over all classes they sum to exactly width x height.</param>
/// <param name="Share">Pixels over width x height, 0-1.</param>
/// <param name="MeanConfidence">Mean of the confidence bytes over 255, 0-1; null when there is no pixel or the model gives no
/// confidence.</param>
public sealed record ClassSummary(int Id, string Name, long Pixels, double Share, double? MeanConfidence);
