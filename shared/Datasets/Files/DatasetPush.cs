using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Errors;

namespace RoadSeg.Datasets.Files;

/// <summary>Copies a local data set into storage. <c>dataset.json</c> goes last: its arrival says that the set is complete.</summary>
/// <param name="container">The container <c>datasets</c>; not owned.</param>
/// <param name="concurrency">Files under way at a time, 1-64.</param>
public sealed class DatasetPush(BlobContainerClient container, int concurrency = 8)
{
    /// <summary>Uploads a folder to <c>{name}/</c>, replacing files of the same path.</summary>
    /// <param name="folder">Folder of the set.</param>
    /// <param name="spec">Its description; written as <c>dataset.json</c>.</param>
    /// <param name="progress">Called after each file; null when nobody listens.</param>
    /// <param name="cancel">Stops; <c>dataset.json</c> is not there then, so nothing begins.</param>
    /// <returns>What arrived.</returns>
    /// <exception cref="RoadSegException">dataset-invalid: no such folder, or a file whose name storage would read as another;
    /// storage-unavailable.</exception>
    public async Task<PushedDataset> UploadAsync(
        string folder,
        DatasetSpec spec,
        IProgress<DatasetProgress>? progress,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(spec);
        DatasetSpecJson.Check(spec);
        var local = new LocalFolderFiles(folder);
        var paths = new List<string>();
        await foreach (var file in local.ListAsync(cancel))
        {
            if (file.Path.Contains('\\', StringComparison.Ordinal))
                throw DatasetErrors.Invalid(
                    $"'{PersonalData.Strip(file.Path)}' has a backslash in its name, which storage reads as a step between folders. "
                        + "Rename the file."
                );
            if (file.Path != DatasetSpec.FileName)
                paths.Add(file.Path);
        }

        try
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancel);
            var done = 0;
            await Parallel.ForEachAsync(
                paths,
                new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancel },
                async (path, stop) =>
                {
                    await using var stream = await local.OpenAsync(path, stop);
                    await container.GetBlobClient($"{spec.Name}/{path}").UploadAsync(stream, new BlobUploadOptions(), stop);
                    progress?.Report(new DatasetProgress("uploading", Interlocked.Increment(ref done), paths.Count + 1));
                }
            );
            using var last = new MemoryStream(DatasetSpecJson.Serialize(spec));
            BlobContentInfo described = await container
                .GetBlobClient($"{spec.Name}/{DatasetSpec.FileName}")
                .UploadAsync(last, overwrite: true, cancel);
            progress?.Report(new DatasetProgress("uploading", paths.Count + 1, paths.Count + 1));
            return new PushedDataset(paths.Count + 1, described.ETag.ToString().Trim('"'));
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException { InnerException: RequestFailedException })
        {
            throw new RoadSegException(
                ErrorCodes.StorageUnavailable,
                $"The storage refused or did not answer: {Reason(e)} Check the connection string and try again; files that are there "
                    + "already are replaced.",
                e
            );
        }
    }

    // The first line alone: the rest of an Azure message is headers.
    private static string Reason(Exception e) => (e.InnerException ?? e).Message.Split('\n')[0].Trim();
}
