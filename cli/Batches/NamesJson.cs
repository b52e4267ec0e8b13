using System.Text.Json.Serialization;

namespace RoadSeg.Cli.Batches;

/// <summary>How a name stands in a line, whatever characters it has.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class NamesJson : JsonSerializerContext;
