using System.Runtime.CompilerServices;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>A data set in a folder. Links are not followed: they could lead out of it.</summary>
public sealed class LocalFolderFiles : IDatasetFiles
{
    private static readonly EnumerationOptions Below = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden,
        IgnoreInaccessible = false,
    };

    /// <param name="folder">An existing folder.</param>
    /// <exception cref="RoadSegException">dataset-invalid: there is no such folder.</exception>
    public LocalFolderFiles(string folder)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (!Directory.Exists(Root))
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                $"There is no folder '{folder}'. Name the folder that holds the data set."
            );
    }

    /// <summary>Full path of the folder.</summary>
    public string Root { get; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DatasetFile> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // Names are all the caller waits for; the file system answers at once.
        await Task.CompletedTask;
        foreach (var file in new DirectoryInfo(Root).EnumerateFiles("*", Below))
        {
            cancel.ThrowIfCancellationRequested();
            yield return new DatasetFile(Path.GetRelativePath(Root, file.FullName).Replace(Path.DirectorySeparatorChar, '/'), file.Length);
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadAsync(string path, long maxBytes, CancellationToken cancel)
    {
        var full = Full(path);
        var bytes = new FileInfo(full).Length;
        if (bytes > maxBytes)
            throw DatasetErrors.TooManyBytes(bytes, maxBytes);
        return await File.ReadAllBytesAsync(full, cancel);
    }

    /// <inheritdoc/>
    public Task<Stream> OpenAsync(string path, CancellationToken cancel) =>
        Task.FromResult<Stream>(
            new FileStream(Full(path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan)
        );

    private string Full(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, path));
        return full.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? full
            : throw new FileNotFoundException("The path leads out of the data set.", path);
    }
}
