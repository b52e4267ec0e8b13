using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Takes a photo that comes in a request body.</summary>
internal sealed class JobSubmission(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    JobStore jobs,
    JobWatch watch,
    KeyedAdmission admission,
    IdempotencyKeys keys,
    ModelCatalogue models,
    RequestBodies bodies,
    WebhookOptions webhooks,
    ImageLimits limits,
    TimeProvider time
)
{
    // How long a repeated request waits for the first one to store the photo before it does so itself.
    private static readonly TimeSpan FirstRequestPatience = TimeSpan.FromSeconds(2);

    /// <summary>Reads and stores the photo and starts its job. With an idempotency key, the same request always gets the same
    /// job.</summary>
    /// <param name="request">Its body is the photo or a form with it. What was read of it is let go before this returns.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="admitted">The lane it was admitted to; null where that is still to be asked.</param>
    /// <param name="key">The Idempotency-Key, or null.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <exception cref="Errors.RoadSegException">The request or the photo's header is refused, too-many-requests, too-many-jobs,
    /// queue-full, or idempotency-conflict; nothing was stored.</exception>
    public async Task<Stored<JobRecord>> SubmitAsync(
        HttpRequest request,
        string caller,
        WorkLane? admitted,
        string? key,
        CancellationToken cancel
    )
    {
        using var room = bodies.Take(caller, SubmittedImage.Room(request));
        var image = await SubmittedImage.ReadAsync(request, time, cancel);
        var options = SubmissionOptions.Of(image.Parameters, webhooks);
        await models.RequireAsync(options.Model, cancel);
        var header = ImageProbe.Read(image.File, limits);
        var digest = key is null ? "" : IdempotencyKeys.Digest(image.File, image.FileName, options);
        var lane = admitted ?? await admission.AdmitAsync(caller, key, digest, cancel);
        if (PhotoSlots.IsHeavy(header))
            lane = WorkLane.Bulk;

        // Checkpoint 0: the key stands for this request and names its job. A crash from here on leaves the rest to the
        // next request with the key: every step below can be done twice.
        var id = WorkId.New(time);
        if (key is not null)
        {
            id = await keys.ClaimAsync(caller, key, digest, id, cancel);
            if (await jobs.FindAsync(id, cancel) is { } earlier)
            {
                earlier = await watch.UntilAsync(
                    earlier,
                    static job => job.Value.State != JobState.AwaitingUpload,
                    FirstRequestPatience,
                    cancel
                );
                if (earlier.Value.State != JobState.AwaitingUpload)
                    return earlier;
            }
        }

        // Checkpoint 1: the job exists. A crash before checkpoint 3 leaves it awaiting its upload: the sweep sends the
        // event if the photo is there, and expires the job otherwise.
        var created = await jobs.CreateAsync(
            new JobRecord
            {
                Id = id,
                State = JobState.AwaitingUpload,
                Caller = caller,
                Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, image.FileName),
                Times = new JobTimes { CreatedAt = time.GetUtcNow() },
                Model = options.Model,
                Tags = options.Tags,
                Webhook = options.Webhook is { } url ? new JobWebhook { Url = url } : null,
                Lane = lane,
                TraceParent = JobTrace.Current?.Id,
            },
            cancel
        );
        if (created.Done)
            RequestSpan.Accepted(created.Document!.Value);

        // Checkpoint 2: the photo is stored, where storage raises no event: events of ten thousand photos of one caller would come in
        // the queue of all others.
        var etag = await StoreAsync(image.File, BlobPaths.Upload(id), cancel);

        // Checkpoint 3: its message is in the queue of its lane. A request that is repeated sends a second message, which changes nothing.
        var message = BlobCreatedEvent.For(
            Containers.Submitted,
            BlobPaths.Upload(id),
            etag.ToString(),
            image.File.Length,
            time.GetUtcNow()
        );
        await queues.GetQueueClient(Queues.Uploads(lane)).SendAsync(message, JobJson.Default.BlobCreatedEvent, cancel);
        return created.Document!;
    }

    private async Task<ETag> StoreAsync(byte[] file, string path, CancellationToken cancel)
    {
        var blob = blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient(path);
        try
        {
            var once = new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } };
            return (await blob.UploadAsync(BinaryData.FromBytes(file), once, cancel)).Value.ETag;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return (await blob.GetPropertiesAsync(cancellationToken: cancel)).Value.ETag;
        }
    }
}
