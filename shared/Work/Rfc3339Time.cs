using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Work;

/// <summary>Times in JSON: RFC 3339 in UTC with microseconds, <c>2026-03-01T12:00:00.000000Z</c>. Reads any offset.</summary>
public sealed class Rfc3339Time : JsonConverter<DateTimeOffset>
{
    private static readonly string[] Forms =
    [
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd",
    ];

    /// <summary>Reads a time that a person wrote: RFC 3339, without seconds or a zone too (UTC then), or a date, which is its first
    /// moment in UTC. No other form, of which each country means another day.</summary>
    public static bool TryParse(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
