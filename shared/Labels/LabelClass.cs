using System.Text.Json.Serialization;

namespace RoadSeg.Labels;

/// <summary>One class of a catalogue.</summary>
/// <param name="Id">Class id, 0-254: the value a mask pixel holds and the index of the logits channel.</param>
/// <param name="Name">Name, unique in its catalogue.</param>
/// <param name="Color">Display colour, unique in its catalogue.</param>
public sealed record LabelClass(int Id, [property: JsonRequired] string Name, [property: JsonRequired] RgbColor Color);
