using System.Text.Json.Serialization;
using RoadSeg.Registry;

namespace RoadSeg.Client;

/// <summary>The JSON forms that only the client and its callers read; those of jobs are in <see cref="Jobs.JobJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true
)]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(LabelList))]
internal sealed partial class ClientJson : JsonSerializerContext;
