using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Results;

/// <summary>A closed outline along pixel corners: the pixel in column x and row y has the corners (x, y) and (x + 1, y + 1).</summary>
[JsonConverter(typeof(JsonForm))]
public sealed class Ring
{
    private readonly int[] _xy;

    /// <param name="xy">x and y of each corner in turn, the first not repeated at the end; at least three corners.</param>
    internal Ring(int[] xy) => _xy = xy;

    /// <summary>Corners, each counted once.</summary>
    public int Count => _xy.Length / 2;

    /// <summary>The corner of that number, 0 to <see cref="Count"/> - 1.</summary>
    public (int X, int Y) this[int corner] => (_xy[2 * corner], _xy[(2 * corner) + 1]);

    /// <summary>Enclosed pixels by the shoelace formula: positive for an outer ring, negative for a hole.</summary>
    public double SignedArea
    {
        get
        {
            var twice = 0L;
            for (var i = 0; i < Count; i++)
            {
                var (a, b) = (this[i], this[(i + 1) % Count]);
                twice += ((long)a.X * b.Y) - ((long)b.X * a.Y);
            }

            return twice / 2.0;
        }
    }

    // GeoJSON (RFC 7946, 3.1.6): the last position repeats the first.
    internal sealed class JsonForm : JsonConverter<Ring>
    {
        public override Ring Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var xy = new List<int>();
            for (reader.Read(); reader.TokenType == JsonTokenType.StartArray; reader.Read())
            {
                for (reader.Read(); reader.TokenType == JsonTokenType.Number; reader.Read())
                    xy.Add(reader.GetInt32());
            }

            if (reader.TokenType != JsonTokenType.EndArray || xy.Count < 8 || xy.Count % 2 != 0 || xy[0] != xy[^2] || xy[1] != xy[^1])
                throw new JsonException("A ring is an array of at least four [x, y], the last equal to the first.");
            return new Ring([.. xy[..^2]]);
        }

        public override void Write(Utf8JsonWriter writer, Ring value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            for (var i = 0; i <= value.Count; i++)
            {
                var (x, y) = value[i % value.Count];
                writer.WriteStartArray();
                writer.WriteNumberValue(x);
                writer.WriteNumberValue(y);
                writer.WriteEndArray();
            }

            writer.WriteEndArray();
        }
    }
}
