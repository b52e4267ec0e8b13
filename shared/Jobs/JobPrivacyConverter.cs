using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary><see cref="JobPrivacy"/> as one text: the framework's own converter would put a space behind the comma.</summary>
public sealed class JobPrivacyConverter : JsonConverter<JobPrivacy>
{
    /// <inheritdoc/>
    public override JobPrivacy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && JobPrivacies.Parse(reader.GetString()) is { } privacy
            ? privacy
            : throw new JsonException();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, JobPrivacy value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.Name());
    }
}
