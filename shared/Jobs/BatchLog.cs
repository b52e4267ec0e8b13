using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Jobs;

/// <summary>The logs of batches: append blobs in which every end of an item's job is a line. Items never write a record of the batch, which
/// all of them would have to change in turn.</summary>
/// <param name="blobs">The storage.</param>
public sealed class BatchLog(BlobServiceClient blobs)
{
    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);

    /// <summary>Notes the end of a job that a batch made. Done twice it leaves two lines, which say the same.</summary>
    public Task AppendAsync(BatchPlace place, JobRecord ended, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(place);
        ArgumentNullException.ThrowIfNull(ended);
        return AppendAsync(place.Batch, place.Log, [new BatchLine(place.Index, place.Round, ended.State, ended.Failure?.Code)], cancel);
    }

    /// <summary>Adds lines to a log by one request; the log begins with its first.</summary>
    public async Task AppendAsync(WorkId batch, int log, IEnumerable<BatchLine> lines, CancellationToken cancel)
    {
        using var content = new MemoryStream();
        foreach (var line in lines)
        {
            JsonSerializer.Serialize(content, line, JobJson.Default.BatchLine);
            content.WriteByte((byte)'\n');
        }

        if (content.Length == 0)
            return;
        var blob = _runs.GetAppendBlobClient(BlobPaths.BatchLog(batch, log));
        while (true)
        {
            content.Position = 0;
            try
            {
                await blob.AppendBlockAsync(content, cancellationToken: cancel);
                return;
            }
            catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                await blob.CreateIfNotExistsAsync(cancellationToken: cancel);
            }
        }
    }
}
