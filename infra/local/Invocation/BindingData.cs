using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>
/// Named values of one invocation: what the trigger brings, <c>sys</c>, and the top-level fields of a JSON message.
/// Names ignore case, and an overwritten name keeps its first casing and place.
/// </summary>
internal sealed class BindingData
{
    // Nothing is ever removed, so the dictionary enumerates in the order of insertion.
    private readonly Dictionary<string, object?> _values = new(StringComparer.OrdinalIgnoreCase);

    public object? this[string name]
    {
        get => _values.GetValueOrDefault(name);
        set => _values[name] = value;
    }

    public bool Contains(string name) => _values.ContainsKey(name);

    public void AddSystem(string functionName, TimeProvider clock)
    {
        var system = new JObject
        {
            ["MethodName"] = functionName,
            ["UtcNow"] = clock.GetUtcNow().UtcDateTime.ToString("o"),
            ["RandGuid"] = Guid.NewGuid().ToString(),
        };
        _values[_values.ContainsKey("sys") ? "$sys" : "sys"] = system;
    }

    /// <summary>Adds the top-level fields of a JSON object: no arrays, no nulls, scalars as text. Anything else adds nothing.</summary>
    public void Promote(string? text)
    {
        if (text is null || !LooksLikeJson(text)) return;
        (string Name, object? Value)[] fields;
        try
        {
            fields = JObject.Parse(text).Properties()
                .Where(p => p.Value.Type != JTokenType.Array)
                .Select(p => (p.Name, Value: p.Value is JObject nested ? nested : (object?)(string?)p.Value))
                .ToArray();
        }
        catch (Exception error) when (error is JsonException or ArgumentException or FormatException)
        {
            return;
        }
        foreach (var (name, value) in fields)
            if (value is not null) _values[name] = value;
    }

    /// <summary>The <c>Metadata</c> object. A name that ends in "trigger" never appears.</summary>
    public Dictionary<string, object> ToMetadata()
    {
        var metadata = new Dictionary<string, object>();
        foreach (var (name, value) in _values)
            if (value is not null && !name.EndsWith("trigger", StringComparison.OrdinalIgnoreCase)) metadata[name] = ValueEncoder.Encode(value);
        return metadata;
    }

    public BindingData Copy()
    {
        var copy = new BindingData();
        foreach (var (name, value) in _values) copy._values[name] = value;
        return copy;
    }

    internal static bool LooksLikeJson(string text)
    {
        var trimmed = text.AsSpan().Trim();
        return trimmed is ['{', .., '}'] or ['[', .., ']'];
    }
}
