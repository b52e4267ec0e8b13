using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>An upload key.</summary>
/// <param name="ExpiresAt">When it ends.</param>
/// <param name="Resumable">True where it takes the photo in blocks, and more than once.</param>
public sealed record JobUpload(
    DateTimeOffset ExpiresAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Resumable = false
);
