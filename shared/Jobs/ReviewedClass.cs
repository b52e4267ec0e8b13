using System.Text.Json.Serialization;
using RoadSeg.Labels;

namespace RoadSeg.Jobs;

/// <summary>One class of a reviewed mask.</summary>
/// <param name="Id">Class id: the mask's pixel value.</param>
/// <param name="Name">Class name.</param>
/// <param name="Color">Display colour, <c>#rrggbb</c>.</param>
/// <param name="Pixels">Pixels of the class in the reviewed mask.</param>
/// <param name="Changed">How many of these the model had given another class.</param>
public sealed record ReviewedClass(int Id, [property: JsonRequired] string Name, RgbColor Color, long Pixels, long Changed);
