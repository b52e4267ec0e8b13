using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <summary>The JSON forms of the registry. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(ModelPointer))]
[JsonSerializable(typeof(ModelVersion))]
[JsonSerializable(typeof(ShadowRun))]
[JsonSerializable(typeof(ModelVersionList))]
[JsonSerializable(typeof(PromoteRequest))]
public sealed partial class RegistryJson : JsonSerializerContext;
