using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Comparison;

/// <summary>Pixels that changed from one class to another.</summary>
/// <param name="From">Name of the class; <c>unlabelled</c> for none.</param>
/// <param name="To">Name of the class; <c>unlabelled</c> for none.</param>
/// <param name="Pixels">How many.</param>
/// <param name="Photos">In how many photos.</param>
public sealed record ChangedPair([property: JsonRequired] string From, [property: JsonRequired] string To, long Pixels, int Photos);
