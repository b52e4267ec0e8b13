using Azure.Storage.Blobs;
using Microsoft.Extensions.Caching.Memory;
using RoadSeg.Batches;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>What this process has read of the logs of batches, of the latest that were asked for.</summary>
internal sealed class BatchTallies(BlobServiceClient blobs) : IDisposable
{
    private const long MostBytes = 64 << 20;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);
    private readonly MemoryCache _tallies = new(new MemoryCacheOptions { SizeLimit = MostBytes });

    /// <summary>How the items of a batch ended so far.</summary>
    /// <param name="batch">A batch whose photos are listed.</param>
    /// <param name="cancel">Stops the reads.</param>
    public async Task<BatchTally> OfAsync(BatchRecord batch, CancellationToken cancel)
    {
        var key = (batch.Id, batch.Total);
        if (!_tallies.TryGetValue(key, out BatchTally? tally))
        {
            tally = new BatchTally(batch.Id, batch.Total);
            _tallies.Set(key, tally, new MemoryCacheEntryOptions { Size = tally.Bytes, SlidingExpiration = Kept });
        }

        await tally!.ReadAsync(_runs, cancel);
        return tally;
    }

    public void Dispose() => _tallies.Dispose();
}
