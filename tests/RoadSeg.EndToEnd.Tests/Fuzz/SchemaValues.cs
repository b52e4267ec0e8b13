using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>Values made from schemas: ones that fit, and ones that do not.</summary>
internal sealed class SchemaValues(JsonNode document, Random random)
{
    /// <summary>Texts that have broken something somewhere. Raw bytes stand as U+DC80 to U+DCFF.</summary>
    private static readonly string[] OddTexts =
    [
        "", " ", "0", "-1", "null", "true", "[]", "{}", "'", "\"", "\\", "%", "%00", "%2e%2e%2f", "\0", "a\0b", "\r\nX-Injected: 1",
            "\u0001\u001F\u007F", "..", ".", "../../etc/passwd",
        "a/b", "a b", "a+b", "a&b=c", "a#b", "a?b", "a;b", "a:b", "a=b", "*", "<script>alert(1)</script>", "{{7*7}}", "${x}", "\u00E9",
            "e\u0301", "\uD83D\uDE97",
        "\u202Egpj.exe", "\uFEFF", "\uFFFD", "\uFFFF", "\uDCFF", "\uDCC0\uDCAF", "\uDCED\uDCA0\uDC80", "\uDCF0\uDC9F",
            "\u05E9\u05DC\u05D5\u05DD", "CON", "trailing.", "trailing ",
        "99999999999999999999", "1e400", "NaN", "\u0663", "2026-02-30T25:61:61Z", "http://127.0.0.1/", "https://[::1]:0/",
            "file:///etc/passwd",
    ];

    private static readonly string[] OddNumbers =
        ["", " 5", "5 ", "+5", "-0", "0x10", "1e1", "1.0", "1,5", "\u0665", "NaN", "Infinity", "-1", "99999999999999999999", "1e400", "5;",
            "five", "\0", "\uDCFF", "[1]"];

    public Random Random => random;

    public T Pick<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    public bool OneIn(int chances) => random.Next(chances) == 0;

    /// <summary>A text that is odd, or long.</summary>
    public string OddText() => random.Next(8) switch
    {
        0 => new string('x', Pick<int>([255, 256, 257, 300, 1024, 2000])),
        1 => Pick(OddTexts) + Pick(OddTexts),
        2 => string.Concat(Enumerable.Repeat("\uD83D\uDE97", Pick<int>([64, 128, 255]))),
        3 => new string([.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => (char)random.Next(1, 0xD800))]),
        _ => Pick(OddTexts),
    };

    /// <summary>A parameter's text that its schema allows.</summary>
    public string Text(JsonNode schema)
    {
        var rules = Resolved(schema);
        if (rules["enum"] is JsonArray names)
            return (string)Pick([.. names])!;
        return Type(rules) switch
        {
            "integer" => Whole(rules).ToString(CultureInfo.InvariantCulture),
            "number" => Real(rules).ToString("0.######", CultureInfo.InvariantCulture),
            "boolean" => OneIn(2) ? "true" : "false",
            _ when (string?)rules["pattern"] is { } pattern => Matching(pattern),
            _ => OneIn(2) ? $"name-{random.Next(1000)}.jpg" : OddText(),
        };
    }

    /// <summary>A parameter's text that its schema forbids; null where the schema forbids none.</summary>
    public string? Forbidden(JsonNode schema)
    {
        var rules = Resolved(schema);
        if (rules["enum"] is JsonArray names)
            return Pick(OddTexts) is var text && names.Any(name => (string)name! == text) ? null : text;
        if (Type(rules) is not ("integer" or "number"))
            return null;
        if (OneIn(2))
        {
            var (most, least) = ((double?)rules["maximum"], (double?)rules["minimum"]);
            var beyond = OneIn(2) ? (most ?? 1e18) + Pick([1, 0.5, 1e6]) : (least ?? 0) - Pick([1, 0.5, 1e6]);
            return (Type(rules) == "integer" ? Math.Floor(beyond) is var whole && whole > most ? whole : Math.Min(whole, (least ?? 0) - 1)
                : beyond)
                .ToString("0.####", CultureInfo.InvariantCulture);
        }

        // Some of these are numbers, of another kind than asked for, or written as no schema can tell from one.
        var odd = Pick(OddNumbers);
        return double.TryParse(odd, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? null : odd;
    }

    /// <summary>A JSON value that a schema allows.</summary>
    public JsonNode? Json(JsonNode? schema, int depth = 0)
    {
        if (schema is null || depth > 6)
            return JsonValue.Create("x");
        var rules = Resolved(schema);
        if ((rules["oneOf"] ?? rules["anyOf"]) is JsonArray several)
            return Json(Pick([.. several]), depth + 1);
        if (rules["enum"] is JsonArray names)
            return Pick([.. names])?.DeepClone();
        switch (Type(rules))
        {
            case "object":
                var value = new JsonObject();
                foreach (var (name, member) in rules["properties"]?.AsObject() ?? [])
                {
                    if (OneIn(2) || rules["required"] is JsonArray required && required.Any(one => (string)one! == name))
                        value[name] = Json(member, depth + 1);
                }

                for (var i = rules["additionalProperties"] is JsonObject ? random.Next(3) : 0; i > 0; i--)
                    value[$"key{i}"] = Json(rules["additionalProperties"], depth + 1);
                return value;
            case "array":
                return new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Json(rules["items"], depth + 1))]);
            case "integer": return Whole(rules);
            case "number": return Real(rules);
            case "boolean": return OneIn(2);
            case "null": return null;
            default: return JsonValue.Create(Clean(Text(rules)));
        }
    }

    /// <summary>JSON text near a value: one or two of its nodes exchanged, or its text damaged.</summary>
    public byte[] Damaged(JsonNode? value)
    {
        for (var changes = random.Next(1, 3); changes > 0; changes--)
            value = Changed(value);
        var text = value?.ToJsonString() ?? "null";
        return random.Next(13) switch
        {
            0 => FuzzRequest.Bytes(text[..random.Next(text.Length)]),
            1 => FuzzRequest.Bytes(text + Pick(["}", ",", "]", "x", "\0", " {}"])),
            2 => [0xEF, 0xBB, 0xBF, .. FuzzRequest.Bytes(text)],
            3 => FuzzRequest.Bytes(text.Replace("\"", "\uDCFF\"", StringComparison.Ordinal)),
            4 => FuzzRequest.Bytes(string.Concat(Enumerable.Repeat("{\"tags\":", 200)) + text + new string('}', 200)),
            5 => Encoding.Unicode.GetBytes(text),
            6 => FuzzRequest.Bytes(text.Replace("{", "{\"dataset\":1,\"dataset\":\"a\",\"tags\":null,", StringComparison.Ordinal)),
            7 => FuzzRequest.Bytes(text.Replace(":\"", ":\"\\ud800", StringComparison.Ordinal)),
            8 => [],
            9 => FuzzRequest.Bytes(text.Replace("{\"", "{\"\\ud800", StringComparison.Ordinal)),
            _ => FuzzRequest.Bytes(text),
        };
    }

    private JsonNode? Changed(JsonNode? value)
    {
        if (value is JsonObject { Count: > 0 } members && !OneIn(8))
        {
            var name = Pick([.. members.Select(member => member.Key)]);
            if (OneIn(6))
                members[Clean(OddText())] = Odd();
            else if (OneIn(4))
                members.Remove(name);
            else
                members[name] = OneIn(2) ? Odd() : Changed(members[name]?.DeepClone());
            return members;
        }

        return Odd();
    }

    private JsonNode? Odd() => random.Next(9) switch
    {
        0 => null,
        1 => new JsonArray(),
        2 => new JsonObject(),
        3 => JsonValue.Create(OneIn(2)),
        4 => JsonNode.Parse(Pick(["0", "-1", "1.5", "1e400", "123456789012345678901234567890", "-0"])),
        5 => new JsonArray(Odd(), Odd()),
        6 => new JsonObject { ["a"] = Odd() },
        _ => JsonValue.Create(Clean(OddText())),
    };

    // The writer refuses halves of pairs; damaged text holds them as escapes.
    private static string Clean(string text) => new([.. text.Where(c => !char.IsSurrogate(c))]);

    private JsonNode Resolved(JsonNode schema) => (string?)schema["$ref"] is { } reference
        ? reference[2..].Split('/').Aggregate(document, static (node, name) => node[name]!)
        : schema;

    private static string Type(JsonNode rules) => rules["type"] switch
    {
        JsonArray several => (string)several.First(one => (string)one! != "null")!,
        null => "string",
        var one => (string)one!,
    };

    private long Whole(JsonNode rules)
    {
        var (least, most) = ((long?)(double?)rules["minimum"] ?? 0, (long?)(double?)rules["maximum"] ?? 1000);
        return Pick([least, most, random.NextInt64(least, most + 1)]);
    }

    private double Real(JsonNode rules)
    {
        var (least, most) = ((double?)rules["minimum"] ?? 0, (double?)rules["maximum"] ?? 1);
        return Pick([least, most, least + (random.NextDouble() * (most - least))]);
    }

    // Patterns of the document: classes, a dot or plain characters, each with a count or without.
    private string Matching(string pattern)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            if (pattern[i] is '^' or '$')
            {
                i++;
                continue;
            }

            string from;
            if (pattern[i] == '[')
            {
                var end = pattern.IndexOf(']', i);
                from = Class(pattern[(i + 1)..end]);
                i = end + 1;
            }
            else
            {
                from = pattern[i] == '.' ? "aZ0 \u00E9\u4E2D%&=+\"'/" : pattern[i].ToString();
                i++;
            }

            var (least, most) = (1, 1);
            if (i < pattern.Length && pattern[i] == '{')
            {
                var end = pattern.IndexOf('}', i);
                var counts = pattern[(i + 1)..end].Split(',');
                (least, most) = (int.Parse(counts[0], CultureInfo.InvariantCulture), int.Parse(counts[^1], CultureInfo.InvariantCulture));
                i = end + 1;
            }

            for (var count = Pick([least, most, random.Next(least, most + 1)]); count > 0; count--)
                text.Append(from[random.Next(from.Length)]);
        }

        return text.ToString();
    }

    private static string Class(string body)
    {
        var all = new StringBuilder();
        for (var i = 0; i < body.Length; i++)
        {
            if (i + 2 < body.Length && body[i + 1] == '-')
            {
                for (var c = body[i]; c <= body[i + 2]; c++)
                    all.Append(c);
                i += 2;
            }
            else
            {
                all.Append(body[i]);
            }
        }

        return all.ToString();
    }
}
