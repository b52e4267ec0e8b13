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

    // Both lists from their beginnings, nothing shown.
    private const string NoPlace = "..";

    private readonly BlobContainerClient _records = blobs.GetBlobContainerClient(Containers.Jobs);
    private readonly BlobContainerClient _index = blobs.GetBlobContainerClient(Containers.JobsIndex);

    /// <summary>A page of names.</summary>
    /// <param name="caller">Whose.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="cancel">Stops the calls.</param>
    /// <exception cref="RoadSegException">request-invalid: <paramref name="after"/> is from no page.</exception>
    public async Task<JobNames> PageAsync(string caller, string? after, int count, CancellationToken cancel)
    {
        if ((after ?? NoPlace).Split(Separator, 3) is not [var ofRecords, var ofIndex, var last])
            throw IndexPages.Foreign();
        var reading = PartAsync(_records, BlobPaths.JobsOf(WorkId.PartitionOf(caller)), ofRecords, last, count, cancel);
        var index = await PartAsync(_index, BlobPaths.IndexedJobs(caller), ofIndex, last, count, cancel);
        var records = await reading;
        var names = records.Names.Concat(index.Names).Where(Known).Order(StringComparer.Ordinal).Take(count).ToList();
        return new JobNames(names, After(names.Count > 0 ? names[^1] : last), After);

        string? After(string shown)
        {
            var (nextRecords, nextIndex) = (records.After(shown), index.After(shown));
            return nextRecords == Over && nextIndex == Over ? null : string.Join(Separator, nextRecords, nextIndex, shown);
        }

        // Past the last name read of a list that goes on, its next name may come first.
        bool Known(string name) => records.Reaches(name) && index.Reaches(name);
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
            return new Part([], null, Over, Over);
        var (page, next) = await container.PageAsync(prefix, place.Length == 0 ? null : place, count, cancel);
        var names = page.Select(name => name[prefix.Length..].Replace(BlobPaths.RecordSuffix, "", StringComparison.Ordinal)).ToList();
        var end = next is null ? null : names.LastOrDefault("");
        return new Part([.. names.Where(name => string.CompareOrdinal(name, last) > 0)], end, place, next ?? Over);
    }

    /// <param name="Names">What was read of one list, past the last one shown before.</param>
    /// <param name="End">The last name read; null where the list ends.</param>
    /// <param name="Place">Where that began.</param>
    /// <param name="Next">Where what follows begins.</param>
    private sealed record Part(IReadOnlyList<string> Names, string? End, string Place, string Next)
    {
        public bool Reaches(string name) => End is null || string.CompareOrdinal(name, End) <= 0;

        // Where the next page goes on: behind all that was read, or where it was read from for what is not shown yet.
        public string After(string last) => Names.Count == 0 || string.CompareOrdinal(Names[^1], last) <= 0 ? Next : Place;
    }
}
