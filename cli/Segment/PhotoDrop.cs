using System.Diagnostics;
using Azure.Storage.Blobs;
using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Cli.Segment;

/// <summary>Drops photos into the uploads container, as any storage tool would, and follows the jobs that their storage events
/// make.</summary>
internal sealed class PhotoDrop(BlobServiceClient blobs, RoadSegClient client, TimeProvider time)
{
    // Far beyond the usual 300 ms: past it the event is taken for lost.
    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = $"drops/{WorkId.New(time)}";
    private int _dropped;

    /// <summary>Drops a photo and waits until its job has ended.</summary>
    /// <exception cref="TimeoutException">No job came of it: storage events do not arrive.</exception>
    public async Task<JobView> SegmentAsync(string file, IProgress<JobView>? progress, CancellationToken cancel) =>
        await EndedAsync(await DropAsync(file, cancel), progress, cancel);

    /// <summary>Drops a photo.</summary>
    /// <returns>The id of the job that its storage event makes.</returns>
    public async Task<WorkId> DropAsync(string file, CancellationToken cancel)
    {
        var path = $"{_folder}/{Interlocked.Increment(ref _dropped)}/{Path.GetFileName(file)}";
        await using var content = File.OpenRead(file);
        var stored = await blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path).UploadAsync(content, cancel);
        return WorkId.ForDrop(Containers.Uploads, path, stored.Value.ETag.ToString());
    }

    /// <summary>Waits until a job has come of its photo's event and has ended.</summary>
    /// <exception cref="TimeoutException">There is no such job: storage events do not arrive.</exception>
    public async Task<JobView> EndedAsync(WorkId id, IProgress<JobView>? progress, CancellationToken cancel)
    {
        for (var since = Stopwatch.GetTimestamp(); ; )
        {
            try
            {
                return await client.WaitAsync(id, timeout: null, progress, cancel);
            }
            catch (RoadSegApiException e) when (e.Code == ErrorCodes.JobNotFound.Code)
            {
                if (Stopwatch.GetElapsedTime(since) > EventPatience)
                    throw new TimeoutException(
                        $"No job came of an upload within {EventPatience.TotalSeconds:F0} s: storage events do not reach the app.",
                        e
                    );
            }

            await Task.Delay(LookInterval, time, cancel);
        }
    }
}
