using System.Text.Json.Serialization;
using RoadSeg.Labels;

namespace RoadSeg.Registry;

/// <summary>A label catalogue as the HTTP API shows it: the classes of a model.</summary>
/// <param name="Model">Model name.</param>
/// <param name="Classes">Id (the mask's pixel value), name and display colour.</param>
public sealed record LabelView([property: JsonRequired] string Model, [property: JsonRequired] IReadOnlyList<LabelClass> Classes);
