using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <param name="Pairs">What to read, in no particular order.</param>
/// <param name="Map">What the masks mean.</param>
/// <param name="Notes">What a person should know about this form.</param>
internal sealed record LayoutResult(IReadOnlyList<SamplePair> Pairs, LabelMap Map, IReadOnlyList<string> Notes);
