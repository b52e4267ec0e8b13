using RoadSeg.Datasets.Comparison;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Datasets;

/// <summary>Holds two versions of a set against each other, one pair at a time: each takes temporary space of
/// both versions' size.</summary>
internal sealed class VersionDiff(VersionFiles versions) : IDisposable
{
    private const string Command = "roadseg dataset diff";

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Compares.</summary>
    /// <param name="name">The set.</param>
    /// <param name="before">The earlier version.</param>
    /// <param name="after">The later version.</param>
    /// <param name="file"><see cref="DatasetComparer.JsonFile"/> or <see cref="DatasetComparer.PageFile"/>.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <returns>The file; a temporary one that has no name any more.</returns>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: a version is too large; curated-set-invalid.</exception>
    public async Task<Stream> WriteAsync(string name, string before, string after, string file, CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        var staging = Directory.CreateTempSubdirectory("roadseg-diff-");
        try
        {
            var earlier = await versions.FetchAsync(name, before, Path.Combine(staging.FullName, "before"), Command, cancel);
            var later =
                after == before
                    ? earlier
                    : await versions.FetchAsync(name, after, Path.Combine(staging.FullName, "after"), Command, cancel);
            var found = Path.Combine(staging.FullName, "found");
            DatasetComparer.Compare(earlier, later, found, cancel);
            return new FileStream(Path.Combine(found, file), FileMode.Open, FileAccess.Read, FileShare.Delete, 1 << 16, useAsync: true);
        }
        finally
        {
            staging.Delete(recursive: true);
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
