namespace RoadSeg.Datasets;

/// <summary>Patterns of paths below the set's root: <c>{split}</c>, <c>{group}</c>, <c>{id}</c> and other names in braces stand for a part
/// of one folder or file name, <c>*</c> for anything in one, <c>**</c> for any folders.</summary>
/// <param name="Image">Pattern of the images, such as <c>images/{split}/{id}.jpg</c>.</param>
/// <param name="Mask">Pattern of the masks, such as <c>labels/{split}/{id}.png</c>. Names that both have make the identifier that pairs
/// them.</param>
public sealed record PatternSpec(string Image, string Mask);
