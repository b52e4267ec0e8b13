using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Labels;

/// <summary>An sRGB colour, written <c>#rrggbb</c> in JSON.</summary>
/// <param name="R">Red, 0-255.</param>
/// <param name="G">Green, 0-255.</param>
/// <param name="B">Blue, 0-255.</param>
[JsonConverter(typeof(JsonForm))]
public readonly record struct RgbColor(byte R, byte G, byte B)
{
    /// <summary>Reads <c>#rrggbb</c>.</summary>
    /// <exception cref="FormatException">The text is not six hexadecimal digits after a '#'.</exception>
    public static RgbColor Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (
            text.Length != 7
            || text[0] != '#'
            || !uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
        )
            throw new FormatException($"'{text}' is not a colour: write '#rrggbb' in hexadecimal.");
        return new RgbColor((byte)(value >> 16), (byte)(value >> 8), (byte)value);
    }

    /// <summary>Reads <c>#rrggbb</c>; false where it is none.</summary>
    public static bool TryParse(string? text, out RgbColor color)
    {
        var read =
            text is ['#', _, _, _, _, _, _]
            && uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _);
        color = read ? Parse(text!) : default;
        return read;
    }

    /// <summary>The form <c>#rrggbb</c>, lower case.</summary>
    public override string ToString() => $"#{R:x2}{G:x2}{B:x2}";

    /// <summary>The colour as JSON: <c>#rrggbb</c>.</summary>
    public sealed class JsonForm : JsonConverter<RgbColor>
    {
        /// <inheritdoc/>
        public override RgbColor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.String)
                throw new JsonException("A colour is a text '#rrggbb' in hexadecimal.");
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (FormatException e)
            {
                throw new JsonException(e.Message, e);
            }
            catch (InvalidOperationException e)
            {
                throw new JsonException("A colour is a text '#rrggbb' in hexadecimal.", e);
            }
        }

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, RgbColor value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
