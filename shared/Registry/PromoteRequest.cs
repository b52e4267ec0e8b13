using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>The options of promoting a version.</summary>
/// <param name="Force">True makes a version live that did not pass its gate.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PromoteRequest(bool Force = false);
