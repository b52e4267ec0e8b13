using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>A caller's jobs, newest first, page by page: their records lie in this order, and those that lie elsewhere (bare drops, and
/// all from before that) have an entry in the index. A page is merged of both.</summary>
internal sealed class JobPages(BlobServiceClient blobs)
{
    private const string Over = "0";
    private const char Separator = '.';

    private readonly BlobContainerClient _records = blobs.GetBlobContainerClient(Containers.Jobs);
    private readonly BlobContainerClient _index = blobs.GetBlobContainerClient(Containers.JobsIndex);

    /// <summary>Names of a page, each ending in an id, and where it ended; null after the last.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancel">Stops the calls.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<(IReadOnlyList<string> Names, string? Next)> PageAsync(
        string caller,
        string? after,
        int count,
        CancellationToken cancel
    )
    {
        var places = after is null ? ["", "", "", ""] : after.Split(Separator);
        if (places.Length != 4)
            throw IndexPages.Foreign();
        var parts = await Task.WhenAll(
            PartAsync(_records, BlobPaths.JobsOf(WorkId.PartitionOf(caller)), places[0], places[1], count, cancel),
            PartAsync(_index, BlobPaths.IndexedJobs(caller), places[2], places[3], count, cancel)
        );
        var names = parts.SelectMany(part => part.Names).Order(StringComparer.Ordinal).Take(count).ToList();
        var ends = parts.Select(part => part.After(names)).ToList();
        return (names, ends.TrueForAll(end => end.Place == Over) ? null : string.Join(Separator, ends.SelectMany(end => end.Texts)));
    }

    private static async Task<Part> PartAsync(
        BlobContainerClient container,
        string prefix,
        string place,
        string last,
        int count,
        CancellationToken cancel
    )
    {
        if (place == Over)
            return new Part([], place, last, null);
        var (names, next) = await container.PageAsync(prefix, place.Length == 0 ? null : place, count, cancel);
        var rest = names
            .Select(name => name[prefix.Length..].Replace(BlobPaths.RecordSuffix, "", StringComparison.Ordinal))
            .Where(name => string.CompareOrdinal(name, last) > 0);
        return new Part([.. rest], place, last, next);
    }

    private readonly record struct End(string Place, string Last)
    {
        public IEnumerable<string> Texts => [Place, Last];
    }

    // What was read of one list: names past the last one shown, from a place on.
    private sealed record Part(IReadOnlyList<string> Names, string Place, string Last, string? Next)
    {
        // Where the next page goes on: behind all that was read, or at the same place past the last one shown.
        public End After(List<string> shown)
        {
            if (Place == Over || Names.Count == 0 || (shown.Count > 0 && string.CompareOrdinal(Names[^1], shown[^1]) <= 0))
                return new End(Place == Over ? Over : Next ?? Over, "");
            return new End(Place, Names.LastOrDefault(name => string.CompareOrdinal(name, shown[^1]) <= 0) ?? Last);
        }
    }
}
