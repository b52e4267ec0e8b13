using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
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
    private readonly BlobContainerClient _keys = blobs.GetBlobContainerClient(Containers.IdempotencyKeys);

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
                ],
                ApiJson.Default.StringArray
            )
        );
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Claims a key for a new job.</summary>
    /// <returns>The id given, or the id of the job that the same request made before.</returns>
    /// <exception cref="RoadSegException">idempotency-conflict: the key stands for another request.</exception>
    public async Task<WorkId> ClaimAsync(string caller, string key, string digest, WorkId id, CancellationToken cancel)
    {
        var blob = _keys.GetBlobClient(BlobPaths.IdempotencyKey(caller, key));
        try
        {
            var entry = JsonSerializer.SerializeToUtf8Bytes(new IdempotencyEntry(id, digest), JobJson.Default.IdempotencyEntry);
            await blob.UploadAsync(
                BinaryData.FromBytes(entry),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancel
            );
            return id;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return await FirstAsync(blob, digest, cancel);
        }
    }

    /// <summary>The job that the same request made before with the key; null when there was none.</summary>
    /// <exception cref="RoadSegException">idempotency-conflict: the key stands for another request.</exception>
    public async Task<WorkId?> FindAsync(string caller, string key, string digest, CancellationToken cancel)
    {
        try
        {
            return await FirstAsync(_keys.GetBlobClient(BlobPaths.IdempotencyKey(caller, key)), digest, cancel);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private static async Task<WorkId> FirstAsync(BlobClient blob, string digest, CancellationToken cancel)
    {
        var content = (await blob.DownloadContentAsync(cancel)).Value.Content;
        var first = JsonSerializer.Deserialize(content.ToMemory().Span, JobJson.Default.IdempotencyEntry)
            ?? throw new JsonException($"{blob.BlobContainerName}/{blob.Name} cannot be read: it holds null.");
        return first.Request == digest
            ? first.JobId
            : throw new RoadSegException(
                ErrorCodes.IdempotencyConflict,
                $"The Idempotency-Key was sent before with another request (job {first.JobId}). Use a new key."
            );
    }
}
