namespace RoadSeg.Datasets.Files;

/// <summary>A set's files under their composed names (<see cref="Nfc"/>), so that pairing, lists, identifiers and versions do not depend on
/// the machine that the names were written on.</summary>
/// <param name="files">The set; not owned.</param>
/// <param name="stored">The names that are stored in another form, by composed name.</param>
internal sealed class ComposedNames(IDatasetFiles files, IReadOnlyDictionary<string, string> stored) : IDatasetFiles
{
    public IAsyncEnumerable<DatasetFile> ListAsync(CancellationToken cancel) => files.ListAsync(cancel);

    public Task<byte[]> ReadAsync(string path, long maxBytes, CancellationToken cancel) =>
        files.ReadAsync(stored.GetValueOrDefault(path, path), maxBytes, cancel);

    public Task<Stream> OpenAsync(string path, CancellationToken cancel) => files.OpenAsync(stored.GetValueOrDefault(path, path), cancel);
}
