using System.Text.Json;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Members of a record in a list that another tool wrote. What is missing or of another kind is an <see cref="InvalidDataException"/> in
/// words for the person who made the list.</summary>
internal static class JsonMembers
{
    public static JsonElement Object(this JsonElement record, string name) => Of(record, name, JsonValueKind.Object, "object");

    public static JsonElement.ArrayEnumerator Items(this JsonElement record, string name) => Of(record, name, JsonValueKind.Array, "list").EnumerateArray();

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
        Of(record, name, JsonValueKind.Number, "number").TryGetInt32(out var value) ? value : throw new InvalidDataException($"\"{name}\" is no whole number of 32 bits.");

    public static long Int64(this JsonElement record, string name) =>
        Of(record, name, JsonValueKind.Number, "number").TryGetInt64(out var value) ? value : throw new InvalidDataException($"\"{name}\" is no whole number of 64 bits.");

    /// <summary>A number of 0 to 255.</summary>
    public static byte Octet(this JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetByte(out var number) ? number : throw new InvalidDataException("a number is not within 0-255.");

    /// <summary>The member, or null where it is missing, null or of another kind.</summary>
    public static JsonElement? Find(this JsonElement record, string name, JsonValueKind kind) =>
        record.ValueKind == JsonValueKind.Object && record.TryGetProperty(name, out var member) && member.ValueKind == kind ? member : null;

    private static JsonElement Of(JsonElement record, string name, JsonValueKind kind, string word)
    {
        if (record.ValueKind != JsonValueKind.Object)
            throw new InvalidDataException("it is no object.");
        if (!record.TryGetProperty(name, out var member) || member.ValueKind == JsonValueKind.Null)
            throw new InvalidDataException($"it has no \"{name}\".");
        return member.ValueKind == kind ? member : throw new InvalidDataException($"\"{name}\" is no {word}.");
    }
}
