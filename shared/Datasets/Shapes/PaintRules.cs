namespace RoadSeg.Datasets.Shapes;

/// <summary>How the shapes of an image lie over each other.</summary>
/// <param name="LargerFirst">True: larger shapes below smaller ones; false: by <see cref="Shape.Order"/>. Equal ones as they were
/// written.</param>
/// <param name="Ranks">Rank of a key in the user's own order, which counts before the tool's; keys without one lie lowest. Null for
/// none.</param>
/// <param name="Background">Value of pixels that no shape covers.</param>
/// <param name="Contested">Value of pixels that brushes of several labels cover, where there is no user's order; null: the later has
/// them.</param>
internal sealed record PaintRules(bool LargerFirst, IReadOnlyDictionary<int, int>? Ranks, int Background, int? Contested);
