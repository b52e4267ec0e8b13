using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Api;

/// <summary>Takes a photo that came in a request body.</summary>
internal sealed class JobSubmission(BlobServiceClient blobs, QueueServiceClient queues, JobStore jobs, ImageLimits limits, TimeProvider time)
{
    /// <summary>Stores the photo and starts its job.</summary>
    /// <exception cref="Errors.RoadSegException">The header shows that the photo cannot be segmented; nothing was stored.</exception>
    public async Task<JobRecord> SubmitAsync(SubmittedImage image, CancellationToken cancel)
    {
        ImageProbe.Read(image.File, limits);

        var id = JobId.New(time);
        var path = BlobPaths.Upload(id);

        // Checkpoint 1: the job exists. A crash before checkpoint 3 leaves it awaiting its upload.
        var created = await jobs.CreateAsync(new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Source = new JobSource(Containers.Uploads, path, null, image.FileName),
            Times = new JobTimes { CreatedAt = time.GetUtcNow() },
        }, cancel);

        // Checkpoint 2: the photo is stored, and storage tells of it.
        var stored = await blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path)
            .UploadAsync(BinaryData.FromBytes(image.File), overwrite: true, cancel);

        // Checkpoint 3: so do we, because storage events can be late. The second of the two changes nothing.
        var message = BlobCreatedEvent.For(Containers.Uploads, path, stored.Value.ETag.ToString(), image.File.Length);
        await queues.GetQueueClient(Queues.UploadsCreated).SendMessageAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(message, JobJson.Default.BlobCreatedEvent)), cancellationToken: cancel);
        return created.Job!.Record;
    }
}
