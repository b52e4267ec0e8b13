namespace RoadSeg.Evaluation;

/// <summary>From which confidence on a class is right as often as it must be.</summary>
/// <param name="From">That confidence, 0-1, in four digits; null where it is so at none.</param>
/// <param name="Share">The share of the pixels given the class that are so confident, 0-1; 0 where there is no such confidence.</param>
public sealed record CertainPixels(double? From, double Share);
