using System.Text.Json.Serialization;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>The JSON forms of the lists of models and labels.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(LabelList))]
internal sealed partial class ModelJson : JsonSerializerContext;
