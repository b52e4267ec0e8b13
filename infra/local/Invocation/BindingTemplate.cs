using System.Globalization;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>Resolves <c>{name}</c>, <c>{a.b}</c>, <c>{rand-guid}</c> and <c>{datetime:format}</c> from binding data.</summary>
internal static partial class BindingTemplate
{
    /// <exception cref="InvalidOperationException">A name has no value.</exception>
    public static string Resolve(string template, BindingData data, TimeProvider clock) => Expression().Replace(template, match =>
    {
        var name = match.Groups["name"].Value;
        var format = match.Groups["format"].Success ? match.Groups["format"].Value : null;
        return Lookup(name, data) is { } value ? Format(value, format)
            : name.ToLowerInvariant() switch
            {
                "rand-guid" => Guid.NewGuid().ToString(string.IsNullOrEmpty(format) ? "D" : format),
                "datetime" => clock.GetUtcNow().UtcDateTime.ToString(format ?? "yyyy-MM-ddTHH-mm-ssZ", CultureInfo.InvariantCulture),
                _ => throw new InvalidOperationException($"No value for named parameter '{name}'."),
            };
    });

    private static object? Lookup(string path, BindingData data)
    {
        var parts = path.Split('.');
        var value = data[parts[0]];
        foreach (var part in parts.Skip(1))
            value = value is JObject nested ? nested.GetValue(part, StringComparison.OrdinalIgnoreCase) : null;
        return value is JValue { Value: var plain } ? plain : value;
    }

    private static string Format(object value, string? format) => value is IFormattable formattable
        ? formattable.ToString(format, CultureInfo.InvariantCulture)
        : value.ToString() ?? "";

    [GeneratedRegex(@"\{(?<name>[^{}:]+)(?::(?<format>[^{}]*))?\}")]
    private static partial Regex Expression();
}
