using System.Text.Json.Serialization;
using RoadSeg.Functions.Health;
using RoadSeg.Functions.Site;
using RoadSeg.Models;

namespace RoadSeg.Functions.Api;

/// <summary>The JSON forms of the HTTP API. Each is pinned by a file in <c>tests/contracts</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(LabelList))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(ServiceDocument))]
internal sealed partial class ApiJson : JsonSerializerContext;
