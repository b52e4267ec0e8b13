using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The blob of an event.</summary>
/// <param name="Api">Storage call that made it: PutBlob, PutBlockList, CopyBlob or FlushWithClose.</param>
/// <param name="ETag">Version, unquoted; empty when the blob was gone before the event was made.</param>
/// <param name="ContentLength">Size in bytes.</param>
/// <param name="Url">Address of the blob, its name URL-encoded or not.</param>
public sealed record BlobCreatedData(string? Api, [property: JsonPropertyName("eTag")] string? ETag, long ContentLength, string? Url = null)
{
    /// <summary>What the blob's name may be by its address, the likeliest first. Before the container's name there may be the
    /// account's.</summary>
    internal IEnumerable<string> NamesIn(string container)
    {
        if (
            !Uri.TryCreate(Url, UriKind.Absolute, out _)
            || Url.IndexOf('/', Url.IndexOf("//", StringComparison.Ordinal) + 2) is not (>= 0 and var path)
        )
            yield break;
        for (
            var at = Url.IndexOf($"/{container}/", path, StringComparison.Ordinal);
            at >= 0;
            at = Url.IndexOf($"/{container}/", at + 1, StringComparison.Ordinal)
        )
        {
            var name = Url[(at + container.Length + 2)..];
            yield return Uri.UnescapeDataString(name);
            yield return name;
        }
    }
}
