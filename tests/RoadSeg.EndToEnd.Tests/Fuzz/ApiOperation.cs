using System.Text.Json.Nodes;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>One method of one path of the API document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonNode Node)
{
    public IReadOnlyList<JsonNode> Parameters { get; } = [.. (Node["parameters"]?.AsArray() ?? []).Select(parameter => parameter!)];

    public JsonObject Responses => Node["responses"]!.AsObject();

    public JsonObject? Body => Node["requestBody"]?["content"]?.AsObject();

    public override string ToString() => $"{Method} {Path}";

    public static IReadOnlyList<ApiOperation> All(JsonNode document) =>
    [
        .. document["paths"]!.AsObject().SelectMany(path =>
            path.Value!.AsObject().Select(method => new ApiOperation(method.Key.ToUpperInvariant(), path.Key, method.Value!))),
    ];
}
