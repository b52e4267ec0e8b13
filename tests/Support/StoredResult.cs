using Azure.Storage.Blobs;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Tests;

/// <summary>The result of a job as it lies in storage.</summary>
public static class StoredResult
{
    /// <summary>A part of it.</summary>
    /// <param name="blobs">The storage.</param>
    /// <param name="job">A job that succeeded.</param>
    /// <param name="part">One of <see cref="ResultFiles"/>.</param>
    public static async Task<byte[]> PartAsync(BlobServiceClient blobs, JobRecord job, string part)
    {
        var whole = blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(job.Id, job.Result!.Attempt, ResultFiles.Whole));
        var content = (await whole.DownloadContentAsync(TestContext.Current.CancellationToken)).Value.Content.ToMemory();
        var (offset, length) = job.ResultLayout!.Of(part);
        return content.Slice((int)offset, (int)length).ToArray();
    }
}
