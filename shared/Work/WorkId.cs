using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RoadSeg.Work;

/// <summary>A job's id: 26 characters of Crockford's base 32 in lower case, safe in paths and URLs.</summary>
[JsonConverter(typeof(JsonForm))]
public readonly record struct WorkId
{
    private const int Length = 26;
    private const int TimeLength = 10;
    private const int PartitionLength = 5;
    private const int IndexLength = 4;
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    // 2020 to 2100 in milliseconds: of ten thousand hashes, some ninety fall in between.
    private const long Earliest = 1_577_836_800_000;
    private const long Latest = 4_102_444_800_000;

    private static readonly SearchValues<char> Digits = SearchValues.Create(Alphabet);

    private readonly string? _text;

    private WorkId(string text) => _text = text;

    /// <summary>A new id: 48 bits of time in milliseconds, then 80 random bits (the ULID layout), so ids sort by age.</summary>
    public static WorkId New(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() << 16);
        RandomNumberGenerator.Fill(bytes[6..]);
        return Encode(bytes);
    }

    /// <summary>The same, of which the first 25 random bits say whose it is: what callers own lies together in storage, in the order of its
    /// age, and is found by the id alone.</summary>
    public static WorkId New(TimeProvider time, string caller)
    {
        var id = New(time)._text!;
        return new WorkId(id[..TimeLength] + PartitionOf(caller) + id[(TimeLength + PartitionLength)..]);
    }

    /// <summary>The same with all that is random taken from a text: who makes it twice has one id.</summary>
    /// <param name="made">When, to the millisecond.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="of">What it is of.</param>
    public static WorkId Of(DateTimeOffset made, string caller, string of)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)made.ToUnixTimeMilliseconds() << 16);
        SHA256.HashData(Encoding.UTF8.GetBytes(of)).AsSpan(0, 10).CopyTo(bytes[6..]);
        var id = Encode(bytes)._text!;
        return new WorkId(id[..TimeLength] + PartitionOf(caller) + id[(TimeLength + PartitionLength)..]);
    }

    /// <summary>Of a batch's id: the id of the job that a try at one of its items is, always the same. Its time is the batch's, and its
    /// partition the batch's alone, so that the jobs of a batch lie together in storage, beside their caller's other jobs and not among
    /// them. All of the batch's 55 random bits are in it.</summary>
    /// <param name="index">Which item, 0 to 2^20 - 1.</param>
    /// <param name="round">Which time it is tried, 0 to 31.</param>
    public WorkId OfItem(int index, int round)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, 1 << (5 * IndexLength));
        ArgumentOutOfRangeException.ThrowIfNegative(round);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(round, Alphabet.Length);
        var batch = ToString();
        Span<char> place = stackalloc char[IndexLength + 1];
        place[IndexLength] = Alphabet[round];
        for (var i = IndexLength - 1; i >= 0; i--, index >>= 5)
            place[i] = Alphabet[index & 31];
        const int Random = TimeLength + PartitionLength;
        return new WorkId(
            string.Concat(batch.AsSpan(0, TimeLength), batch.AsSpan(Random, PartitionLength), place, batch.AsSpan(Random + PartitionLength))
        );
    }

    /// <summary>What the ids that were made for a caller have at the place of <see cref="Partition"/>.</summary>
    public static string PartitionOf(string caller)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(caller));
        return Encode(hash.AsSpan(0, 16)).ToString()[^PartitionLength..];
    }

    /// <summary>Whose it is, where it says so: five digits.</summary>
    public string Partition => _text?[TimeLength..(TimeLength + PartitionLength)] ?? "";

    /// <summary>When it was made; null for the id of a drop, which is a hash (of one in a hundred it looks like a time).</summary>
    public DateTimeOffset? MadeAt
    {
        get
        {
            long milliseconds = 0;
            foreach (var digit in (_text ?? "").AsSpan(0, _text is null ? 0 : TimeLength))
                milliseconds = (milliseconds << 5) | (long)Alphabet.IndexOf(digit, StringComparison.Ordinal);
            return milliseconds is >= Earliest and < Latest ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
        }
    }

    /// <summary>The id of a photo dropped straight into storage: the same for every event about the same version of
    /// the same blob, so that doubled events meet in one job.</summary>
    /// <param name="container">Container name.</param>
    /// <param name="path">Blob name inside the container.</param>
    /// <param name="etag">The version's ETag, quoted or not.</param>
    public static WorkId ForDrop(string container, string path, string etag)
    {
        ArgumentNullException.ThrowIfNull(etag);
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{container}\n{path}\n{etag.Trim('"')}"));
        return Encode(hash.AsSpan(0, 16));
    }

    /// <summary>Reads an id; false when the text is not one.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WorkId id)
    {
        id = default;
        if (text is not { Length: Length } || text.AsSpan().ContainsAnyExcept(Digits))
            return false;
        id = new WorkId(text);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? throw new InvalidOperationException("A default WorkId names no job.");

    // 128 bits, most significant first, in 26 digits of 5 bits: the first digit holds the top 3 bits, as ULID has it.
    private static WorkId Encode(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        Span<char> digits = stackalloc char[Length];
        for (var i = Length - 1; i >= 0; i--, value >>= 5)
            digits[i] = Alphabet[(int)(value & 31)];
        return new WorkId(new string(digits));
    }

    /// <summary>The id as JSON: its text.</summary>
    public sealed class JsonForm : JsonConverter<WorkId>
    {
        /// <inheritdoc/>
        public override WorkId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var id)
                ? id
                : throw new JsonException("A job id is 26 characters of lower-case base 32.");

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, WorkId value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
