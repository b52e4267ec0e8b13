namespace RoadSeg.Trainer.Metrics;

/// <summary>How much of what teachers called each class was used, 0-1; null for a class that they never called.</summary>
internal sealed record KeptEntry(long Step, IReadOnlyDictionary<string, double?> Classes);
