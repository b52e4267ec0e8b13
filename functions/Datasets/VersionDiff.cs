using RoadSeg.Datasets.Comparison;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Datasets;

/// <summary>Holds two versions of a set against each other, one pair at a time: each takes temporary space of
/// both versions' size.</summary>
internal sealed class VersionDiff(VersionFiles versions, TimeProvider time) : IDisposable
{
    private const string Command = "roadseg dataset diff";

    private readonly OneAtATime _one = new(time);

    /// <summary>Compares.</summary>
    /// <param name="name">The set.</param>
    /// <param name="before">The earlier version.</param>
    /// <param name="after">The later version.</param>
    /// <param name="file"><see cref="DatasetComparer.JsonFile"/> or <see cref="DatasetComparer.PageFile"/>.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <returns>The file; a temporary one that has no name any more.</returns>
    /// <exception cref="RoadSegException">dataset-not-found; request-invalid: a version is too large; curated-set-invalid.</exception>
    public Task<Stream> WriteAsync(string name, string before, string after, string file, CancellationToken cancel) =>
        _one.RunAsync<Stream>(
            async folder =>
            {
                var earlier = await versions.FetchAsync(name, before, folder["before"], Command, cancel);
                var later = after == before ? earlier : await versions.FetchAsync(name, after, folder["after"], Command, cancel);
                var found = folder["found"];
                DatasetComparer.Compare(earlier, later, found, cancel);
                return new FileStream(Path.Combine(found, file), FileMode.Open, FileAccess.Read, FileShare.Delete, 1 << 16, useAsync: true);
            },
            cancel
        );

    public void Dispose() => _one.Dispose();
}
