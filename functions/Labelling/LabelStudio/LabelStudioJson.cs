using System.Text.Json.Serialization;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>The JSON forms of Label Studio's calls to an ML backend.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(LabelStudioCall))]
[JsonSerializable(typeof(LabelStudioAnswer))]
internal sealed partial class LabelStudioJson : JsonSerializerContext;
