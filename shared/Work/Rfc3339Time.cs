using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Work;

/// <summary>Times in JSON: RFC 3339 in UTC with microseconds, <c>2026-03-01T12:00:00.000000Z</c>. Reads any offset.</summary>
internal sealed class Rfc3339Time : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
}
