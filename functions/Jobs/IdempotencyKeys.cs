using System.Security.Cryptography;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Remembers which request each Idempotency-Key was first sent with, for as long as records are kept.</summary>
internal sealed class IdempotencyKeys(BlobServiceClient blobs)
{
    private const int MaxLength = 255;
    private readonly JsonBlobs<IdempotencyEntry> _keys = new(
        blobs.GetBlobContainerClient(Containers.IdempotencyKeys),
        JobJson.Default.IdempotencyEntry
    );

    /// <summary>The request's key, or null when it has none.</summary>
    /// <exception cref="RoadSegException">request-invalid: not 1-255 visible ASCII characters.</exception>
    public static string? Read(HttpRequest request)
    {
        if (!request.Headers.TryGetValue("Idempotency-Key", out var values))
            return null;
        return values is [{ Length: > 0 and <= MaxLength } key] && key.All(c => c is > ' ' and <= '~')
            ? key
            : throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"Write one Idempotency-Key of 1 to {MaxLength} visible ASCII characters; a UUID does well."
            );
    }

    /// <summary>Digest of a request's content, for comparison with the first one's.</summary>
    public static string Digest(ReadOnlySpan<byte> photo, string? fileName, SubmissionOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(photo));
        hash.AppendData(
            JsonSerializer.SerializeToUtf8Bytes(
                [
                    fileName,
                    options.Model,
                    options.Webhook,
                    .. (options.Tags ?? new Dictionary<string, string>())
                        .OrderBy(tag => tag.Key, StringComparer.Ordinal)
                        .SelectMany(tag => new[] { tag.Key, tag.Value }),
                    // At the end, so that keys from before there was any stand for the same requests; tags come in pairs.
                    .. options.Privacy is { } privacy ? [Said(privacy, options.Redact)] : (string[])[],
                    .. options.Detail is { } detail ? ["detail " + detail.Name()] : (string[])[],
                ],
                ApiJson.Default.StringArray
            )
        );
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // One text, so that it is no pair.
    private static string Said(JobPrivacy privacy, IReadOnlyList<string>? redact) =>
        redact is null ? privacy.Name() : $"{privacy.Name()}:{string.Join(',', redact)}";

    /// <summary>The refusal of a key whose job was erased.</summary>
    public static RoadSegException OfErased() =>
        new(
            ErrorCodes.IdempotencyConflict,
            "The job of this Idempotency-Key was erased. Send the photo with another key to have it again."
        );

    /// <summary>Claims a key for a new job.</summary>
    /// <returns>The id given, or the id of the job that the same request made before.</returns>
    /// <exception cref="RoadSegException">idempotency-conflict: the key stands for another request.</exception>
    public async Task<WorkId> ClaimAsync(string caller, string key, string digest, WorkId id, CancellationToken cancel)
    {
        var (path, entry) = (BlobPaths.IdempotencyKey(caller, key), new IdempotencyEntry(id, digest));
        while (true)
        {
            if (await _keys.TryWriteAsync(path, entry, null, cancel) is not null)
                return id;
            if (await FindAsync(caller, key, digest, cancel) is { } first)
                return first;
        }
    }

    /// <summary>The job that the same request made before with the key; null when there was none.</summary>
    /// <exception cref="RoadSegException">idempotency-conflict: the key stands for another request.</exception>
    public async Task<WorkId?> FindAsync(string caller, string key, string digest, CancellationToken cancel)
    {
        if (await _keys.FindAsync(BlobPaths.IdempotencyKey(caller, key), cancel) is not { Value: var first })
            return null;
        return first.Request == digest
            ? first.JobId
            : throw new RoadSegException(
                ErrorCodes.IdempotencyConflict,
                $"The Idempotency-Key was sent before with another request (job {first.JobId}). Use a new key."
            );
    }
}
