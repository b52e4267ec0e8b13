using System.Text.Json.Serialization;

namespace RoadSeg.Labels;

[JsonSerializable(typeof(Dictionary<string, string?>))]
internal sealed partial class ClassNamesContext : JsonSerializerContext;
