namespace RoadSeg.Jobs;

/// <summary>An upload key.</summary>
/// <param name="ExpiresAt">When it ends.</param>
public sealed record JobUpload(DateTimeOffset ExpiresAt);
