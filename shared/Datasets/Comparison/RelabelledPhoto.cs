namespace RoadSeg.Datasets.Comparison;

/// <summary>A photo whose labels changed.</summary>
/// <param name="Id">Identifier in the later version.</param>
/// <param name="ChangedPixels">Pixels of another class than before, losing and getting one included.</param>
/// <param name="Pixels">Pixels of the picture.</param>
public sealed record RelabelledPhoto(string Id, long ChangedPixels, long Pixels);
