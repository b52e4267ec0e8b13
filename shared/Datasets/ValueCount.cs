namespace RoadSeg.Datasets;

/// <summary>A value of the masks.</summary>
/// <param name="Value">As in the mask: <c>#rrggbb</c> or an id.</param>
/// <param name="Name">What the source calls it; empty for unnamed.</param>
/// <param name="Class">Class it is mapped to; ignore, unknown, ambiguous or overlap.</param>
/// <param name="Pixels">Pixels of all masks that could be read.</param>
/// <param name="Images">Masks that hold it.</param>
public sealed record ValueCount(string Value, string Name, string Class, long Pixels, long Images);
