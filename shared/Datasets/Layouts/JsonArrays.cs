using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Reads the elements of some arrays at the top of a JSON file of any length, one at a time.</summary>
internal static class JsonArrays
{
    private const int MaxElementBytes = 64 << 20;

    /// <summary>Where in a list it broke off, for a refusal: what was read last is what the person looks beside.</summary>
    public static string After(long records, string what) =>
        records == 0 ? "" : $" ({what} number {records:N0} was the last that could be read.)";

    /// <param name="stream">A JSON object, or an array when <paramref name="properties"/> is empty.</param>
    /// <param name="properties">Members of the object whose arrays are wanted; the rest is skipped.</param>
    /// <param name="cancel">Stops between reads.</param>
    public static async IAsyncEnumerable<(string Property, JsonElement Item)> ReadAsync(
        Stream stream,
        string[] properties,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var buffer = new byte[1 << 16];
        var (filled, state, cursor) = (0, new JsonReaderState(), new Cursor(properties));
        var items = new List<(string, JsonElement)>();
        for (var ended = false; !ended; )
        {
            if (filled == buffer.Length)
            {
                if (buffer.Length >= MaxElementBytes)
                    throw new InvalidDataException($"an element is longer than {MaxElementBytes:N0} bytes.");
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            // Filled whole: what is begun and not ended in it is read anew with the next.
            var read = await stream.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancel);
            filled += read;
            ended = read == 0;
            ExceptionDispatchInfo? broken = null;
            try
            {
                var used = cursor.Consume(buffer.AsSpan(0, filled), ended, ref state, items);
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }
            catch (JsonException e)
            {
                broken = ExceptionDispatchInfo.Capture(e);
            }

            // What stands before the fault is whole.
            foreach (var item in items)
                yield return item;
            items.Clear();
            broken?.Throw();
        }
    }

    // Where the reader is between two buffers: outside, or in one of the wanted arrays.
    private sealed class Cursor(string[] properties)
    {
        private bool started;
        private bool done;
        private string? pending;
        private string? inArray;
        private int skipping = -1;

        public int Consume(ReadOnlySpan<byte> bytes, bool final, ref JsonReaderState state, List<(string, JsonElement)> items)
        {
            var reader = new Utf8JsonReader(bytes, final, state);
            while (true)
            {
                var before = reader;
                if (!Step(ref reader, items))
                {
                    state = before.CurrentState;
                    if (final && !done)
                        throw new JsonException("it is cut short.");
                    return (int)before.BytesConsumed;
                }
            }
        }

        // One token or one whole element; false when the buffer holds no more of them.
        private bool Step(ref Utf8JsonReader reader, List<(string, JsonElement)> items)
        {
            if (!reader.Read())
                return false;
            if (!started)
            {
                started = true;
                if (properties.Length == 0 && reader.TokenType == JsonTokenType.StartArray)
                    inArray = "";
                else if (reader.TokenType != JsonTokenType.StartObject)
                    throw new JsonException("it does not begin as an object.");
                return true;
            }

            if (skipping >= 0)
            {
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject && reader.CurrentDepth == skipping)
                    skipping = -1;
                return true;
            }

            if (inArray is not null)
                return Element(ref reader, items);
            if (pending is not null)
            {
                if (reader.TokenType == JsonTokenType.StartArray && properties.Contains(pending))
                    inArray = pending;
                else if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                    skipping = reader.CurrentDepth;
                pending = null;
                return true;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
                pending = Wanted(ref reader);
            else
                done = true;
            return true;
        }

        // A name that is no valid Unicode is none of ours.
        private static string Wanted(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                return "";
            }
        }

        private bool Element(ref Utf8JsonReader reader, List<(string, JsonElement)> items)
        {
            if (reader.TokenType == JsonTokenType.EndArray)
            {
                done = inArray!.Length == 0;
                inArray = null;
                return true;
            }

            if (!JsonDocument.TryParseValue(ref reader, out var document))
                return false;
            using (document)
                items.Add((inArray!, document.RootElement.Clone()));
            return true;
        }
    }
}
