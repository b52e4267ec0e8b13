using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>The JSON forms of what is asked for: a member that is not known is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    MaxDepth = 16,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(BatchRequest))]
[JsonSerializable(typeof(BatchArchiveRequest))]
public sealed partial class BatchRequestJson : JsonSerializerContext;
