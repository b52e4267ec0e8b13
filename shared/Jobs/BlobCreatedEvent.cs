using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>An Event Grid event <c>Microsoft.Storage.BlobCreated</c>, the members that are read.</summary>
/// <param name="EventType">Event type.</param>
/// <param name="Subject"><c>/blobServices/default/containers/{container}/blobs/{path}</c>, the path not URL-encoded.</param>
/// <param name="Data">The blob.</param>
/// <param name="EventTime">When the event was made, RFC 3339; whatever else it holds is taken for nothing.</param>
/// <param name="Job">The job that the service itself sends it for, where the blob's name does not say so; null in all others.</param>
/// <remarks>Event Grid schema: https://learn.microsoft.com/azure/event-grid/event-schema-blob-storage</remarks>
public sealed record BlobCreatedEvent(
    [property: JsonRequired] string EventType,
    [property: JsonRequired] string Subject,
    [property: JsonRequired] BlobCreatedData Data,
    string? EventTime = null,
    WorkId? Job = null
)
{
    private const string Created = "Microsoft.Storage.BlobCreated";
    private const string SubjectStart = "/blobServices/default/containers/";
    private const string SubjectMiddle = "/blobs/";
    private const char Damaged = '\uFFFD';

    /// <summary>Container of the blob.</summary>
    [JsonIgnore]
    public string Container => Subject[SubjectStart.Length..Middle];

    /// <summary>Blob name inside the container. Event Grid writes U+FFFD into the subject for what it cannot write there, such as
    /// characters outside the basic plane: then the name is that in <see cref="BlobCreatedData.Url"/>, if it is the subject's but for
    /// those.</summary>
    [JsonIgnore]
    public string Path
    {
        get
        {
            var given = Subject[(Middle + SubjectMiddle.Length)..];
            return given.Contains(Damaged, StringComparison.Ordinal)
                ? Data.NamesIn(Container).FirstOrDefault(name => IsDamagedFormOf(name, given)) ?? given
                : given;
        }
    }

    /// <summary>When the event was made; null when it does not say.</summary>
    [JsonIgnore]
    public DateTimeOffset? At =>
        DateTimeOffset.TryParse(EventTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;

    // Each damaged place stands for some characters that are not ASCII. The first place where what follows it stands is the right one: a
    // later one would leave more in the gap before it, of which nothing may be ASCII either.
    private static bool IsDamagedFormOf(ReadOnlySpan<char> name, string given)
    {
        var pieces = given.Split(Damaged);
        if (!name.StartsWith(pieces[0], StringComparison.Ordinal))
            return false;
        name = name[pieces[0].Length..];
        foreach (var piece in pieces[1..^1])
        {
            if (piece.Length == 0)
                continue;
            var gap = name.Length == 0 ? 0 : 1 + name[1..].IndexOf(piece, StringComparison.Ordinal);
            if (gap == 0 || Ascii(name[..gap]))
                return false;
            name = name[(gap + piece.Length)..];
        }

        return name.Length > pieces[^1].Length && name.EndsWith(pieces[^1], StringComparison.Ordinal) && !Ascii(name[..^pieces[^1].Length]);

        static bool Ascii(ReadOnlySpan<char> text) => text.ContainsAnyInRange('\0', '\x7F');
    }

    private int Middle => Subject.IndexOf(SubjectMiddle, SubjectStart.Length, StringComparison.Ordinal);

    /// <summary>The event about one version of a blob, as the service sends it to itself when it stored the blob.</summary>
    public static BlobCreatedEvent For(
        string container,
        string path,
        string etag,
        long bytes,
        DateTimeOffset? at = null,
        WorkId? job = null
    ) =>
        new(
            Created,
            $"{SubjectStart}{container}{SubjectMiddle}{path}",
            new BlobCreatedData("PutBlob", etag.Trim('"'), bytes),
            at?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
            job
        );

    /// <summary>Reads a queue message: the event as JSON, or the base64 of it.</summary>
    /// <returns>The event, or null when the bytes are no BlobCreated event.</returns>
    public static BlobCreatedEvent? TryParse(ReadOnlySpan<byte> message)
    {
        // Event Grid does not promise which of the two it puts into a storage queue. Neither can be taken for the other: no base64 begins
        // with a brace.
        var json = message.TrimStart(" \t\r\n"u8) is [not (byte)'{', ..] ? Decode(message) : message;
        return
            MessageBody.TryRead(json, JobJson.Default.BlobCreatedEvent) is { EventType: Created, Subject: not null, Data: not null } e
            && e.Subject.StartsWith(SubjectStart, StringComparison.Ordinal)
            && e.Middle > SubjectStart.Length
            && e.Path.Length > 0
            ? e
            : null;
    }

    // Nothing where it is no base64, which then is no JSON either.
    private static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out var written) == OperationStatus.Done ? bytes.AsSpan(0, written) : [];
    }
}
