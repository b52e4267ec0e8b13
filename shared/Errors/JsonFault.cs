using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace RoadSeg.Errors;

/// <summary>What is wrong with JSON that a person wrote, in words for that person: the member and the line, and what belongs there. The
/// reader's own messages name types of this program and positions in bytes.</summary>
public static partial class JsonFault
{
    private const int MostShown = 120;

    /// <summary>A sentence to stand behind a colon: <c>"target.width" in line 3 is no whole number.</c></summary>
    /// <param name="error">What the reader threw.</param>
    public static string Of(JsonException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var message = error.Message;
        var member = Member(error.Path);
        var line = error.LineNumber ?? LineOf(message);
        var where = member.Length > 0 ? $"\"{Shown(member)}\"{Line(line)}" : "it";
        if (Required().Match(message) is { Success: true } missing)
            return $"{where} has no "
                + $"{string.Join(", ", Quoted().Matches(missing.Groups["names"].Value).Select(name => $"\"{name.Groups[1].Value}\""))}.";
        if (message.Contains("could not be mapped", StringComparison.Ordinal))
            return $"{where} is no member that is known here{Meant(message, member)}";
        if (message.Contains("uplicate propert", StringComparison.Ordinal))
            return $"{where} is given twice.";
        if (message.Contains("null values", StringComparison.Ordinal))
        {
            var named =
                NullMember().Match(message) is { Success: true } name && !EndsWith(member, name.Groups[1].Value)
                    ? $"\"{Shown(Joined(member, name.Groups[1].Value))}\"{Line(line)}"
                    : where;
            return $"{named} is null; leave it out, or give it a value.";
        }

        if (Converted().Match(message) is { Success: true } wrong)
            return $"{where} is no {Word(Wanted(wrong.Groups["type"].Value, member))}.";
        if (message.Contains("maximum configured depth", StringComparison.Ordinal))
            return $"{where} holds too many brackets within each other.";
        return !IsOwn(message) ? $"it is no JSON{Line(line)}: {Syntax(message)}"
            : member.Length > 0 ? $"{where}: {message}"
            : message;
    }

    /// <summary>What a record's own rules say, without the reader's note of which parameter broke them.</summary>
    /// <param name="error">What the record threw.</param>
    public static string Of(ArgumentException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return error is ArgumentNullException
            ? $"\"{Shown(error.ParamName ?? "a member")}\" is missing or null."
            : error.Message.Split(" (Parameter '")[0];
    }

    private static string Meant(string message, string member)
    {
        var name = member[(member.LastIndexOf('.') + 1)..];
        var known = Unmapped().Match(message) is { Success: true } said && Type(said.Groups["type"].Value) is { } type ? Members(type) : [];
        return Spelling.Nearest(name, known) is { } near ? $"; did you mean \"{near}\"?" : ": look at its spelling and its place.";
    }

    private static IEnumerable<string> Members(Type type) =>
        type.GetProperties()
            .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null)
            .Select(property =>
                property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(property.Name)
            );

    // What a converter of ours says has no trace of the reader's words.
    private static bool IsOwn(string message) =>
        message.Length > 0
        && !message.Contains("BytePositionInLine", StringComparison.Ordinal)
        && !message.Contains("System.", StringComparison.Ordinal)
        && !message.Contains("JSON", StringComparison.Ordinal)
        && !message.Contains("RoadSeg.", StringComparison.Ordinal);

    private static string Syntax(string message)
    {
        var said = message.IndexOf(" Path: $", StringComparison.Ordinal) is > 0 and var path ? message[..path] : message;
        said = said.IndexOf(" LineNumber:", StringComparison.Ordinal) is > 0 and var at ? said[..at] : said;
        return said switch
        {
            _ when said.Contains("does not contain any JSON tokens", StringComparison.Ordinal) => "it is empty.",
            _ when said.Contains("trailing comma", StringComparison.Ordinal) => "a comma stands before a closing bracket.",
            _ when said.Contains("single JSON value", StringComparison.Ordinal) => "something stands behind its end.",
            _ when said.Contains("depth to be zero", StringComparison.Ordinal)
                    || said.Contains("end of data", StringComparison.Ordinal)
                    || said.Contains("reached end", StringComparison.Ordinal) => "it is cut short; a bracket or a quote is not closed.",
            _ when said.Contains("UTF-8", StringComparison.Ordinal)
                    || said.Contains("'0x00'", StringComparison.Ordinal)
                    || said.Contains("'0xFF'", StringComparison.Ordinal)
                    || said.Contains("'0xFE'", StringComparison.Ordinal) => "it is no text in UTF-8; save it as UTF-8.",
            _ when Start().Match(said) is { Success: true } odd => $"{Shown(odd.Groups[1].Value)} does not belong there.",
            _ => "look at the brackets, commas and quotes there.",
        };
    }

    // Of an init-only member the reader names the record that has it.
    private static string Wanted(string type, string member) =>
        Type(type)
            ?.GetProperties()
            .FirstOrDefault(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name) == member[(member.LastIndexOf('.') + 1)..])
            is { PropertyType: var wanted }
            ? $"{Nullable.GetUnderlyingType(wanted) ?? wanted}"
            : type;

    private static string Word(string type) =>
        type switch
        {
            "System.String" => "text",
            "System.Boolean" => "true or false",
            "System.Byte" or "System.Int16" or "System.Int32" or "System.Int64" or "System.UInt32" or "System.UInt64" =>
                "whole number of the range that is taken",
            "System.Single" or "System.Double" or "System.Decimal" => "number",
            "System.DateTimeOffset" or "System.DateTime" => "time, such as 2026-01-31T12:00:00Z",
            _ when Type(type) is { IsEnum: true } words =>
                $"word of {string.Join(", ", words.GetFields(BindingFlags.Public | BindingFlags.Static).Select(Name))}",
            _ when type.EndsWith("RgbColor", StringComparison.Ordinal) => "colour; write \"#rrggbb\"",
            _ when type.Contains("Dictionary", StringComparison.Ordinal) => "object",
            _ when type.Contains("List", StringComparison.Ordinal)
                    || type.Contains("Collection", StringComparison.Ordinal)
                    || type.Contains("Enumerable", StringComparison.Ordinal)
                    || type.EndsWith("[]", StringComparison.Ordinal) => "list",
            _ => "object of the form that belongs there",
        };

    // The enumeration may lie in any of the program's own assemblies.
    private static Type? Type(string name)
    {
        var inner = NullableOf().Match(name) is { Success: true } nullable ? nullable.Groups[1].Value : name;
        return AppDomain
            .CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.GetName().Name?.StartsWith("RoadSeg", StringComparison.Ordinal) == true)
            .Select(assembly => assembly.GetType(inner))
            .FirstOrDefault(type => type is not null);
    }

    private static string Name(FieldInfo word) => word.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()?.Name ?? word.Name;

    private static string Member(string? path) =>
        path switch
        {
            null or "$" => "",
            ['$', '.', ..] => path[2..],
            ['$', ..] => path[1..],
            _ => path,
        };

    private static bool EndsWith(string member, string name) => member.EndsWith(name, StringComparison.OrdinalIgnoreCase);

    private static string Joined(string member, string name) =>
        (member.Length > 0 ? member + "." : "") + JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Line(long? number) => number is { } line ? $" in line {line + 1}" : "";

    private static long? LineOf(string message) =>
        LineNumber().Match(message) is { Success: true } line
        && long.TryParse(line.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static string Shown(string text)
    {
        var clean = new string([.. text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)]);
        return clean.Length > MostShown ? clean[..MostShown] + "..." : clean;
    }

    [GeneratedRegex("missing required properties including: (?<names>.*?)\\.?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Required();

    [GeneratedRegex("'([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex("could not be converted to (?<type>.+?)\\.(?: Path:|$)", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Converted();

    [GeneratedRegex("member contained in type '(?<type>[^']+)'", RegexOptions.CultureInvariant)]
    private static partial Regex Unmapped();

    [GeneratedRegex("(?:property or field|parameter) '([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex NullMember();

    [GeneratedRegex("^('.{1,40}?') is (?:an? )?invalid", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Start();

    [GeneratedRegex("LineNumber: (\\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex LineNumber();

    [GeneratedRegex("^System\\.Nullable`1\\[(.+)\\]$", RegexOptions.CultureInvariant)]
    private static partial Regex NullableOf();
}
