using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Submissions;

/// <summary>Takes a photo that comes in a request body.</summary>
internal sealed class JobSubmission(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    JobStore jobs,
    JobWatch watch,
    KeyedAdmission admission,
    IdempotencyKeys keys,
    ModelCatalogue models,
    LiveModel live,
    BulkPace pace,
    PhotoPreparation preparation,
    QueueGauge gauge,
    SegmentAtOnce segmentation,
    RequestBodies bodies,
    WebhookOptions webhooks,
    PrivacyPolicy policy,
    ImageLimits limits,
    TimeProvider time,
    ILogger<JobSubmission> log
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
    /// <exception cref="RoadSegException">The request or the photo's header is refused, too-many-requests, too-many-jobs,
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
        return await SubmitAsync(await SubmittedImage.ReadAsync(request, time, cancel), caller, admitted, key, cancel);
    }

    /// <summary>The same with a photo that was read already and for which the caller has made room.</summary>
    /// <param name="image">The photo and what is said of its job.</param>
    /// <param name="caller">Whose it is.</param>
    /// <param name="admitted">The lane it was admitted to; null where that is still to be asked.</param>
    /// <param name="key">The Idempotency-Key, or null.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <exception cref="RoadSegException">As for a photo in a request.</exception>
    public async Task<Stored<JobRecord>> SubmitAsync(
        SubmittedImage image,
        string caller,
        WorkLane? admitted,
        string? key,
        CancellationToken cancel
    )
    {
        var options = SubmissionOptions.Of(image.Parameters, webhooks).Under(policy);
        await models.RequireAsync(options.Model, cancel);
        await models.RequireClassesAsync(options.Model, options.Privacy, options.Redact, cancel);
        var header = ImageProbe.Read(image.File, limits);
        var digest = key is null ? "" : IdempotencyKeys.Digest(image.File, image.FileName, options);
        var lane = admitted ?? await admission.AdmitAsync(caller, key, digest, cancel);
        if (PhotoSlots.IsHeavy(header))
            lane = WorkLane.Bulk;

        // Checkpoint 0: the key stands for this request and names its job. A crash from here on leaves the rest to the
        // next request with the key: every step below can be done twice.
        var id = WorkId.New(time, caller);
        Stored<JobRecord>? earlier = null;
        if (key is not null)
        {
            id = await keys.ClaimAsync(caller, key, digest, id, cancel);
            if ((earlier = await jobs.FindAsync(id, cancel)) is not null)
            {
                if (earlier.Value.ErasedAt is not null)
                    throw IdempotencyKeys.OfErased();
                earlier = await watch.UntilAsync(
                    earlier,
                    static job => job.Value.State != JobState.AwaitingUpload,
                    FirstRequestPatience,
                    cancel
                );
                // What died before its message was sent, or was hung up on, sends it now: a second one changes nothing.
                if (earlier.Value is { State: JobState.Queued, Owner: null } waiting)
                    await queues.SendSegmentationAsync(waiting, JobTrace.Of(waiting), cancel);
                if (earlier.Value.State != JobState.AwaitingUpload)
                    return earlier;
            }
        }

        var record = new JobRecord
        {
            Id = id,
            State = JobState.AwaitingUpload,
            Caller = caller,
            Source = new JobSource(Containers.Submitted, BlobPaths.Upload(id), null, image.FileName),
            Times = new JobTimes { CreatedAt = time.GetUtcNow() },
            Model = options.Model,
            Tags = options.Tags,
            Privacy = options.Privacy,
            Detail = options.Detail,
            Redact = options.Redact,
            Webhook = options.Webhook is { } url ? new JobWebhook { Url = url } : null,
            Lane = lane,
            TraceParent = JobTrace.Current?.Id,
        };
        if (earlier is null && lane == WorkLane.Interactive && await ModelAsync(options.Model, cancel) is { } model)
        {
            pace.Begin(id);
            var plan = preparation.PlanOf(record, header, model);
            if (preparation.TryDecode(caller, image.File, header, plan) is { } input)
                return await QueueAsync(record, image.File, header, input, plan, ModelPin.Of(model), cancel);
        }

        return await LeaveAsync(record, image.File, cancel);
    }

    // The version that a photo is prepared for here; null where this process prepares none, where no version serves yet, and where the one
    // asked for cannot be had: PreprocessUpload waits for it, or ends the job with the reason.
    private async Task<ModelManifest?> ModelAsync(string? asked, CancellationToken cancel)
    {
        if (!preparation.IsOn || live.Serving is null)
            return null;
        try
        {
            return await models.PickAsync(asked, cancel);
        }
        catch (RoadSegException)
        {
            return null;
        }
    }

    // The whole way to the model's queue, by the request itself: two waits and a hop less than by PreprocessUpload.
    private async Task<Stored<JobRecord>> QueueAsync(
        JobRecord record,
        byte[] file,
        ImageHeader header,
        RgbImage input,
        TilePlan plan,
        ModelPin model,
        CancellationToken cancel
    )
    {
        RequestSpan.Accepted(record);
        var decode = RequestSpan.Stage(StageSpan.Decode, record.Times.CreatedAt, time.GetUtcNow());

        var captured = PhotoPreparation.CapturedOf(record, file, header);

        // Checkpoint 0, of a photo that is to be redacted: the job exists before anything of the photo does, so that whatever dies here,
        // the sweep goes on with it or deletes it.
        Stored<JobRecord>? begun = null;
        if (record.Privacy.Has(JobPrivacy.Redact))
        {
            var first = await jobs.CreateAsync(record, cancel);
            if (!first.Done)
                return first.Document!;
            begun = first.Document;
        }

        // Checkpoint 1: photo and input are stored. They are unowned until the record names them; retention deletes them where a crash
        // comes before that.
        var storing = time.GetUtcNow();
        var (photo, prepared) = (StoreAsync(file, record.Source.Path, cancel), preparation.StoreAsync(record.Id, input, cancel));
        await Task.WhenAll(photo, prepared);
        var (etag, stored) = (await photo, await prepared);
        var store = RequestSpan.Stage(StageSpan.Store, storing, time.GetUtcNow());

        // Checkpoint 2: the job exists and is queued. A crash before checkpoint 3 leaves it without a message, which the sweep sends, or
        // the same request with the same key. A caller that hangs up from here on stops nothing.
        var enqueuing = time.GetUtcNow();
        var ticket = await gauge.TicketAsync(record.Lane, cancel);
        var created = begun is null
            ? await jobs.CreateAsync(Queued(record).Enter(JobState.Queued, time.GetUtcNow()), CancellationToken.None)
            : await jobs.TryMoveAsync(
                record.Id,
                JobState.Queued,
                current => current.State == JobState.AwaitingUpload ? Queued(current) : null,
                CancellationToken.None,
                begun
            );
        if (created is not { Done: true, Document: { } job })
        {
            await OriginalPhoto.DeleteAsync(blobs, created.Document!.Value, CancellationToken.None);
            return created.Document;
        }

        RequestSpan.Stage(StageSpan.Enqueue, enqueuing, job.Value.Times.QueuedAt!.Value);
        Log.JobQueued(
            log,
            record.Id,
            header.OrientedWidth,
            header.OrientedHeight,
            job.Value.Image!.Format,
            input.Width,
            input.Height,
            decode
        );

        // Checkpoint 3: its message is sent.
        await segmentation.SendAsync(job, JobTrace.Of(job.Value), input.Pixels, CancellationToken.None);
        return job;

        JobRecord Queued(JobRecord awaited) =>
            PhotoPreparation.Prepared(awaited, header, file.Length, captured, plan, stored, model, ticket) with
            {
                Source = awaited.Source with { ETag = etag.ToString().Trim('"') },
                Stages = new StageMilliseconds { Decode = decode, Store = store },
                Times = awaited.Times with { ReceivedAt = awaited.Times.CreatedAt },
            };
    }

    // Where others are before it, or the photo has no place beside photos that somebody waits for, PreprocessUpload prepares it.
    private async Task<Stored<JobRecord>> LeaveAsync(JobRecord record, byte[] file, CancellationToken cancel)
    {
        // Checkpoint 1: the job exists. A crash before checkpoint 3 leaves it awaiting its upload: the sweep sends the
        // event if the photo is there, and expires the job otherwise.
        var created = await jobs.CreateAsync(record, cancel);
        if (created.Done)
            RequestSpan.Accepted(created.Document!.Value);
        // Of a job that has ended meanwhile nothing is stored again.
        else if (
            created.Document is { Value: { State: var state, Privacy: var privacy } }
            && state.IsTerminal()
            && privacy.Has(JobPrivacy.Redact)
        )
            return created.Document;

        // Checkpoint 2: the photo is stored, where storage raises no event: events of ten thousand photos of one caller would come in
        // the queue of all others.
        var etag = await StoreAsync(file, record.Source.Path, cancel);

        // Checkpoint 3: its message is in the queue of its lane. A request that is repeated sends a second message, which changes nothing.
        var message = BlobCreatedEvent.For(Containers.Submitted, record.Source.Path, etag.ToString(), file.Length, time.GetUtcNow());
        await queues.GetQueueClient(Queues.Uploads(record.Lane)).SendAsync(message, JobJson.Default.BlobCreatedEvent, cancel);
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
