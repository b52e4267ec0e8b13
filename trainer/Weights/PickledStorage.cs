namespace RoadSeg.Trainer.Weights;

/// <summary>A storage that a pickle speaks of; its bytes lie elsewhere in the file.</summary>
internal sealed record PickledStorage(string Type, string Key, long Elements);
