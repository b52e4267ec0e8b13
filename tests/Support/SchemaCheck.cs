using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RoadSeg.Tests;

/// <summary>Checks a value against a schema of an OpenAPI 3.1 document, as deep as the schema says, and stricter: a member that the schema does not name is a fault.</summary>
public sealed class SchemaCheck(JsonNode document)
{
    /// <summary>What does not fit; nothing when all does.</summary>
    public IEnumerable<string> Faults(JsonNode? schema, JsonNode? value, string at)
    {
        if (schema is not JsonObject rules)
            return [];
        if ((string?)rules["$ref"] is { } reference)
            return Faults(reference[2..].Split('/').Aggregate(document, static (node, name) => node[name] ?? throw new KeyNotFoundException(name)), value, at);
        if ((rules["oneOf"] ?? rules["anyOf"]) is JsonArray choices)
            return choices.Any(one => !Faults(one, value, at).Any()) ? [] : [$"{at}: fits none of {choices.Count}"];
        return Plain(rules, value, at);
    }

    private IEnumerable<string> Plain(JsonObject rules, JsonNode? value, string at)
    {
        string[] types = rules["type"] switch { null => [], JsonArray several => [.. several.Select(one => (string)one!)], var one => [(string)one!] };
        if (types.Length > 0 && !types.Contains(Type(value)) && !(Type(value) == "integer" && types.Contains("number")))
            yield return $"{at}: is {Type(value)}, not {string.Join(" or ", types)}";
        if (rules["enum"] is JsonArray names && !names.Any(name => JsonNode.DeepEquals(name, value)))
            yield return $"{at}: {value} is none of {names.ToJsonString()}";
        if ((string?)rules["pattern"] is { } pattern && value is JsonValue && !Regex.IsMatch((string)value!, pattern))
            yield return $"{at}: '{value}' is not {pattern}";
        if (value is JsonArray items)
        {
            foreach (var fault in items.SelectMany((item, i) => Faults(rules["items"], item, $"{at}[{i}]")))
                yield return fault;
        }

        if (value is JsonObject members)
        {
            foreach (var name in (rules["required"] as JsonArray ?? []).Select(name => (string)name!).Where(name => !members.ContainsKey(name)))
                yield return $"{at}: '{name}' is missing";
            foreach (var (name, member) in members)
            {
                var known = rules["properties"]?[name] ?? rules["additionalProperties"];
                if (known is null && rules["properties"] is not null)
                    yield return $"{at}: '{name}' is not in the schema";
                foreach (var fault in Faults(known, member, $"{at}.{name}"))
                    yield return fault;
            }
        }
    }

    private static string Type(JsonNode? value) => value?.GetValueKind() switch
    {
        null => "null",
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => decimal.IsInteger(decimal.Parse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture)) ? "integer" : "number",
        _ => "boolean",
    };
}
