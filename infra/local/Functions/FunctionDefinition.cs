using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.LocalHost.Rpc;

namespace RoadSeg.LocalHost.Functions;

/// <summary>One function, as the worker describes it.</summary>
internal sealed class FunctionDefinition
{
    private static readonly JsonNodeOptions IgnoreCase = new() { PropertyNameCaseInsensitive = true };

    /// <exception cref="FormatException">The function has no trigger, or a binding that this host does not run.</exception>
    public FunctionDefinition(RpcFunctionMetadata metadata, bool isDisabled)
    {
        Metadata = metadata;
        IsDisabled = isDisabled;
        var bindings = metadata.RawBindings.Select(text => JsonNode.Parse(text, IgnoreCase)!.AsObject()).ToArray();
        Trigger = bindings.SingleOrDefault(binding =>
            Is(binding, "httpTrigger") || Is(binding, "queueTrigger") || Is(binding, "timerTrigger")
        )
            ?? throw new FormatException(
                $"Its trigger ({Types(bindings)}) is not one that the local host runs: httpTrigger, queueTrigger, timerTrigger."
            );
        var others = bindings.Where(binding => binding != Trigger && !Is(binding, "http")).ToArray();
        if (others.Length > 0)
            throw new FormatException(
                $"The local host runs triggers only, not the binding {Types(others)}. Use the service's own client in the function."
            );
        if (Text("authLevel") is { Length: > 0 } level)
            Level = Enum.TryParse<AuthorizationLevel>(level, ignoreCase: true, out var known)
                ? known
                : throw new FormatException($"'{level}' is no authLevel.");
    }

    public string Name => Metadata.Name;

    public bool IsDisabled { get; }

    /// <summary>What the worker sent; it wants all of it back to load the function.</summary>
    public RpcFunctionMetadata Metadata { get; }

    public JsonObject Trigger { get; }

    public string Parameter => Text("name") ?? "";

    public bool IsHttp => Is(Trigger, "httpTrigger");

    public bool IsQueue => Is(Trigger, "queueTrigger");

    public AuthorizationLevel Level { get; } = AuthorizationLevel.Function;

    /// <summary>HTTP methods; null for all.</summary>
    public string[]? Methods =>
        Trigger["methods"] is JsonArray { Count: > 0 } methods ? methods.Select(method => (string)method!).ToArray() : null;

    /// <summary>Whether the parameter is an SDK type (QueueMessage), which the worker itself makes from a reference.</summary>
    public bool IsDeferred => bool.TryParse(Trigger["properties"]?["supportsDeferredBinding"]?.ToString(), out var deferred) && deferred;

    public string? Text(string property) =>
        Trigger[property] is { } value && value.GetValueKind() != JsonValueKind.Null ? value.ToString() : null;

    private static bool Is(JsonObject binding, string type) =>
        string.Equals(binding["type"]?.ToString(), type, StringComparison.OrdinalIgnoreCase);

    private static string Types(IEnumerable<JsonObject> bindings) => string.Join(", ", bindings.Select(binding => $"'{binding["type"]}'"));
}
