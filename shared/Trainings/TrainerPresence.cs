using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Storage;

namespace RoadSeg.Trainings;

/// <summary>Which trainers are at work: each one that looks for runs writes an empty blob every few seconds, whether it has a run or
/// not.</summary>
/// <param name="blobs">Storage of the deployment.</param>
/// <param name="time">Clock.</param>
public sealed class TrainerPresence(BlobServiceClient blobs, TimeProvider time)
{
    private const string Folder = "trainers/";

    private readonly BlobContainerClient _trainings = blobs.GetBlobContainerClient(Containers.Trainings);

    /// <summary>How often a trainer says that it lives.</summary>
    public static TimeSpan Pace { get; } = TimeSpan.FromSeconds(5);

    /// <summary>A trainer says that it lives.</summary>
    /// <param name="trainer">Its own name among them, safe in paths.</param>
    /// <param name="cancel">Stops the call.</param>
    public Task SayAsync(string trainer, CancellationToken cancel) =>
        _trainings.GetBlobClient(Folder + trainer).UploadAsync(BinaryData.FromBytes(ReadOnlyMemory<byte>.Empty), overwrite: true, cancel);

    /// <summary>A trainer says that it ends.</summary>
    public Task LeaveAsync(string trainer, CancellationToken cancel) =>
        _trainings.GetBlobClient(Folder + trainer).DeleteIfExistsAsync(cancellationToken: cancel);

    /// <summary>How many gave a sign of life within <see cref="TrainingWait.Silence"/>.</summary>
    public async Task<int> CountAsync(CancellationToken cancel)
    {
        var (count, now) = (0, time.GetUtcNow());
        await foreach (var blob in _trainings.GetBlobsAsync(BlobTraits.None, BlobStates.None, Folder, cancel))
            count += now - blob.Properties.LastModified <= TrainingWait.Silence ? 1 : 0;
        return count;
    }
}
