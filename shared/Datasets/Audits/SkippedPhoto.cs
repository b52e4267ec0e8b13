using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Audits;

/// <summary>What could not be audited.</summary>
/// <param name="Id">Identifier of the photo, or name of the damaged shard.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SkippedPhoto([property: JsonRequired] string Id, [property: JsonRequired] string Reason);
