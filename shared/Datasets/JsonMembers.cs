using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Datasets;

/// <summary>Members of a record in a list that another tool wrote. What is missing or of another kind is an
/// <see cref="InvalidDataException"/> in
/// words for the person who made the list.</summary>
internal static class JsonMembers
{
    public static JsonElement Object(this JsonElement record, string name) => Of(record, name, JsonValueKind.Object, "object");

    public static JsonElement.ArrayEnumerator Items(this JsonElement record, string name) =>
        Of(record, name, JsonValueKind.Array, "list").EnumerateArray();

    public static string Text(this JsonElement record, string name) =>
        Of(record, name, JsonValueKind.String, "text").Text() ?? throw new InvalidDataException($"\"{name}\" is empty.");

    /// <summary>The text of a value, or null where it is none or is no valid Unicode.</summary>
    public static string? Text(this JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static int Int32(this JsonElement record, string name) =>
        Of(record, name, JsonValueKind.Number, "number").TryGetInt32(out var value)
            ? value
            : throw new InvalidDataException($"\"{name}\" is no whole number of 32 bits.");

    public static long Int64(this JsonElement record, string name) =>
        Of(record, name, JsonValueKind.Number, "number").TryGetInt64(out var value)
            ? value
            : throw new InvalidDataException($"\"{name}\" is no whole number of 64 bits.");

    /// <summary>A number of 0 to 255.</summary>
    public static byte Octet(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetByte(out var number)
            ? number
            : throw new InvalidDataException("a number is not within 0-255.");

    /// <summary>The member, or null where it is missing, null or of another kind.</summary>
    public static JsonElement? Find(this JsonElement record, string name, JsonValueKind kind) =>
        Member(record, name) is { } member && member.ValueKind == kind ? member : null;

    /// <summary>The member, null where it is missing.</summary>
    /// <exception cref="InvalidDataException">A member's name is half a surrogate pair: names are compared unescaped.</exception>
    public static JsonElement? Member(this JsonElement record, string name)
    {
        try
        {
            return record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var member) ? member : null;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException("the name of a member is no valid Unicode.");
        }
    }

    /// <summary>The colour of a label as three numbers; null where there is none or an odd one, to be drawn in one of ours.</summary>
    public static RgbColor? Color(this JsonElement label) =>
        label.Find("color", JsonValueKind.Array) is { } color
        && color.GetArrayLength() >= 3
        && color.EnumerateArray().All(part => part.ValueKind == JsonValueKind.Number && part.TryGetByte(out _))
            ? new RgbColor(color[0].GetByte(), color[1].GetByte(), color[2].GetByte())
            : null;

    /// <summary>A name that is none where it is empty.</summary>
    public static string Named(string name) => name.Length > 0 ? name : throw new InvalidDataException("its name is empty.");

    /// <summary>What is wrong with a list, in words for the person who made it.</summary>
    public static string Said(Exception e) => e is JsonException json ? JsonFault.Of(json) : e.Message;

    /// <summary>A member's name.</summary>
    /// <exception cref="InvalidDataException">It is no valid Unicode.</exception>
    public static string KeyOf(JsonProperty member)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException)
        {
            throw new InvalidDataException("the key is no valid Unicode.");
        }
    }

    private static JsonElement Of(JsonElement record, string name, JsonValueKind kind, string word)
    {
        if (record.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("it is no object.");
        if (Member(record, name) is not { ValueKind: not JsonValueKind.Null } member)
            throw new InvalidDataException($"it has no \"{name}\".");
        return member.ValueKind == kind ? member : throw new InvalidDataException($"\"{name}\" is no {word}.");
    }
}
