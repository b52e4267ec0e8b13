namespace RoadSeg.Inference;

/// <summary>A class of every pixel whose probability is asked for beside that of the most probable one: what a label says.</summary>
/// <param name="Ids">Shape [height, width] of the result, in ids of the asker; null: 0 everywhere.</param>
/// <param name="ClassOf">By the model's class id, the asker's; -1 for none. Of several classes that are one of the asker's the
/// probabilities add up.</param>
public sealed record AskedClasses(byte[]? Ids, IReadOnlyList<int> ClassOf);
