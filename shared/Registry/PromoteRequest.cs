namespace RoadSeg.Registry;

/// <summary>What promoting a version may be told.</summary>
/// <param name="Force">True makes a version live that did not pass its gate.</param>
public sealed record PromoteRequest(bool Force = false);
