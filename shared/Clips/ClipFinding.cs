using System.Text.Json.Serialization;

namespace RoadSeg.Clips;

/// <summary>Something about a clip that whoever looks at its timeline should know, and that is no failure.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Message">A sentence that says it with its numbers.</param>
public sealed record ClipFinding([property: JsonRequired] ClipFindingKind Kind, [property: JsonRequired] string Message);
