using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Functions.Handler;

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(InvocationResponse))]
internal sealed partial class HandlerJson : JsonSerializerContext;

/// <summary>What the host expects back. Output values are base64, which the host decodes to exactly these bytes.</summary>
internal sealed record InvocationResponse(IReadOnlyDictionary<string, string> Outputs, IReadOnlyList<string> Logs, string? ReturnValue)
{
    public static readonly InvocationResponse Empty = new(new Dictionary<string, string>(), [], null);

    public static InvocationResponse Output(string binding, ReadOnlySpan<byte> value) =>
        new(new Dictionary<string, string> { [binding] = Convert.ToBase64String(value) }, [], null);
}
