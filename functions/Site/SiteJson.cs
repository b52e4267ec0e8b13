using System.Text.Json.Serialization;

namespace RoadSeg.Functions.Site;

/// <summary>The JSON form of the service document.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ServiceDocument))]
internal sealed partial class SiteJson : JsonSerializerContext;
