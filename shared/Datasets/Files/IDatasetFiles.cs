using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>Where a data set's files lie: <see cref="LocalFolderFiles"/> or <see cref="BlobPrefixFiles"/>. Safe for several
/// threads.</summary>
public interface IDatasetFiles
{
    /// <summary>Every file below the root, in no particular order, as it is found.</summary>
    /// <exception cref="RoadSegException">storage-unavailable.</exception>
    IAsyncEnumerable<DatasetFile> ListAsync(CancellationToken cancel);

    /// <summary>A whole file.</summary>
    /// <param name="path">A path that <see cref="ListAsync"/> gave.</param>
    /// <param name="maxBytes">Refused beyond this before it is read.</param>
    /// <param name="cancel">Stops the reading.</param>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="RoadSegException">image-too-many-bytes; storage-unavailable.</exception>
    Task<byte[]> ReadAsync(string path, long maxBytes, CancellationToken cancel);

    /// <summary>A file as a stream, for lists that are larger than memory should hold.</summary>
    /// <param name="path">A path that <see cref="ListAsync"/> gave.</param>
    /// <param name="cancel">Stops the opening.</param>
    /// <exception cref="FileNotFoundException">It is gone.</exception>
    /// <exception cref="RoadSegException">storage-unavailable.</exception>
    Task<Stream> OpenAsync(string path, CancellationToken cancel);
}
