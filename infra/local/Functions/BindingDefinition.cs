using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Functions;

internal enum BindingDirection
{
    In,
    Out,
    InOut,
}

internal enum BindingDataType
{
    String,
    Binary,
    Stream,
}

/// <summary>One entry of a function.json's <c>bindings</c>, its <c>%SETTING%</c> names resolved.</summary>
internal sealed record BindingDefinition(string Name, string Type, BindingDirection Direction, BindingDataType? DataType, JObject Properties)
{
    public const string ReturnName = "$return";

    public bool IsTrigger => Type.EndsWith("trigger", StringComparison.OrdinalIgnoreCase);

    public bool IsInput => Direction is BindingDirection.In or BindingDirection.InOut;

    public bool IsOutput => Direction is BindingDirection.Out or BindingDirection.InOut;

    public bool Is(string type) => string.Equals(Type, type, StringComparison.OrdinalIgnoreCase);

    public string? Text(string property) => (string?)Properties.GetValue(property, StringComparison.OrdinalIgnoreCase);

    public bool? Flag(string property) => (bool?)Properties.GetValue(property, StringComparison.OrdinalIgnoreCase);

    public string Required(string property) => Text(property) is { Length: > 0 } value ? value
        : throw new FormatException($"The {Type} binding '{Name}' needs '{property}'.");
}
