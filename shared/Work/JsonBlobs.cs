using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace RoadSeg.Work;

/// <summary>JSON documents of one form in a blob container, written only under ETag.</summary>
/// <param name="container">Container; not owned.</param>
/// <param name="form">How a document is written.</param>
public sealed class JsonBlobs<T>(BlobContainerClient container, JsonTypeInfo<T> form)
    where T : class
{
    // Name of the metadata that distinguishes one write from every other.
    private const string WriteMark = "write";

    /// <summary>Reads a document; null when there is none.</summary>
    /// <exception cref="JsonException">The blob holds something else.</exception>
    public async Task<Stored<T>?> FindAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await ReadAsync(path, null, cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads a document anew if it changed since it was read: a look that finds nothing new moves no content.</summary>
    /// <param name="path">Blob name.</param>
    /// <param name="known">The document as last read; null when there was none.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>The very <paramref name="known"/> when it is unchanged; null when there is none.</returns>
    public async Task<Stored<T>?> FindAsync(string path, Stored<T>? known, CancellationToken cancel)
    {
        if (known is null)
            return await FindAsync(path, cancel);
        try
        {
            return await ReadAsync(
                path,
                new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = known.ETag } },
                cancel
            ) ?? known;
        }
        catch (RequestFailedException e) when (e.Status == 304)
        {
            return known;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    /// <summary>Reads a document for a list.</summary>
    /// <param name="path">Blob name.</param>
    /// <param name="unreadable">Called with the path of a document that cannot be read; null: it ends the call.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>Null when there is none, or none that can be read.</returns>
    public async Task<T?> ReadableAsync(string path, Action<string, JsonException>? unreadable, CancellationToken cancel)
    {
        try
        {
            return (await FindAsync(path, cancel))?.Value;
        }
        catch (JsonException e) when (unreadable is not null)
        {
            unreadable(path, e);
            return null;
        }
    }

    /// <summary>Writes a document if nobody wrote it meanwhile. A write of its own whose answer was lost is known again by what it was
    /// marked with: the storage client's second try finds the document changed, by nobody else.</summary>
    /// <param name="path">Blob name.</param>
    /// <param name="value">The whole document.</param>
    /// <param name="known">ETag of the version it replaces; null where there must be none yet.</param>
    /// <param name="cancel">Stops the call.</param>
    /// <returns>What was written; null when another was quicker.</returns>
    public async Task<Stored<T>?> TryWriteAsync(string path, T value, ETag? known, CancellationToken cancel)
    {
        var (blob, write) = (container.GetBlobClient(path), Guid.NewGuid().ToString("N"));
        var options = new BlobUploadOptions
        {
            Conditions = known is { } etag
                ? new BlobRequestConditions { IfMatch = etag }
                : new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" },
            Metadata = new Dictionary<string, string> { [WriteMark] = write },
        };
        try
        {
            var info = await blob.UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(value, form)), options, cancel);
            return new Stored<T>(value, info.Value.ETag);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return await WrittenAsync(blob, write, cancel) is { } own ? new Stored<T>(value, own) : null;
        }
    }

    /// <summary>Changes a document, as often as another writer comes between.</summary>
    /// <param name="path">Blob name.</param>
    /// <param name="change">Given the current document, returns the changed one, or null to leave it as it is. May run more than
    /// once.</param>
    /// <param name="cancel">Stops between calls.</param>
    /// <param name="known">The document as last read, to save a read.</param>
    public async Task<Change<T>> ChangeAsync(string path, Func<T, T?> change, CancellationToken cancel, Stored<T>? known = null)
    {
        ArgumentNullException.ThrowIfNull(change);
        var current = known ?? await FindAsync(path, cancel);
        while (current is not null)
        {
            if (change(current.Value) is not { } next)
                return new Change<T>(false, current);
            if (await TryWriteAsync(path, next, current.ETag, cancel) is { } written)
                return new Change<T>(true, written);
            current = await FindAsync(path, cancel);
        }

        return default;
    }

    // ETag of the document, if it is what this very write left.
    private static async Task<ETag?> WrittenAsync(BlobClient blob, string write, CancellationToken cancel)
    {
        try
        {
            var now = (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value;
            return now.Metadata.TryGetValue(WriteMark, out var mark) && mark == write ? now.ETag : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    // Null for 304, which the storage client lets pass in some calls.
    private async Task<Stored<T>?> ReadAsync(string path, BlobDownloadOptions? options, CancellationToken cancel)
    {
        var answer = await container.GetBlobClient(path).DownloadContentAsync(options, cancel);
        if (answer.GetRawResponse().Status == 304)
            return null;
        return new Stored<T>(Parse(path, answer.Value.Content.ToMemory().Span), answer.Value.Details.ETag);
    }

    private T Parse(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, form) ?? throw new JsonException("It holds null.");
        }
        catch (JsonException e)
        {
            throw new JsonException($"{container.Name}/{path} cannot be read: {e.Message}", e);
        }
    }
}
