using System.Text.Json.Serialization;

namespace RoadSeg.Datasets.Curation;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(CuratedLine))]
[JsonSerializable(typeof(DatasetFault))]
internal sealed partial class CuratedLineContext : JsonSerializerContext;
