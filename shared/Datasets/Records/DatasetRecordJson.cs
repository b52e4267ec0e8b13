using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets;

/// <summary>The JSON forms of data-set records. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(DatasetRecord))]
[JsonSerializable(typeof(DatasetView))]
[JsonSerializable(typeof(DatasetList))]
public sealed partial class DatasetRecordJson : JsonSerializerContext;
