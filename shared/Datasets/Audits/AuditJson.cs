using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets.Audits;

/// <summary>The JSON forms of audits. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(AuditRecord))]
[JsonSerializable(typeof(AuditMessage))]
[JsonSerializable(typeof(AuditRequest))]
[JsonSerializable(typeof(AuditView))]
[JsonSerializable(typeof(AuditRegionPage))]
public sealed partial class AuditJson : JsonSerializerContext;
