using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Trainings;

/// <summary>The JSON forms of training runs. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    MaxDepth = 16,
    RespectNullableAnnotations = true,
    Converters = [typeof(Rfc3339Time)]
)]
[JsonSerializable(typeof(TrainingRecord))]
[JsonSerializable(typeof(TrainingRequest))]
[JsonSerializable(typeof(TrainingView))]
[JsonSerializable(typeof(TrainingPage))]
[JsonSerializable(typeof(TrainingMessage))]
public sealed partial class TrainingJson : JsonSerializerContext;
