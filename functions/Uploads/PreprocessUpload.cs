using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Capture;
using RoadSeg.Errors;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Segmentation;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Uploads;

/// <summary>Queues uploads-created and uploads-bulk: takes a stored photo, makes the model input of it and queues its
/// segmentation.</summary>
internal sealed class PreprocessUpload(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    JobStore jobs,
    UploadClaim claim,
    BulkPace pace,
    PhotoSlots slots,
    PhotoPreparation preparation,
    SegmentAtOnce segmentation,
    QueueGauge gauge,
    ModelCatalogue models,
    ImageLimits limits,
    TimeProvider time,
    ILogger<PreprocessUpload> log
)
{
    [Function("PreprocessUpload")]
    public Task InteractiveAsync(
        [QueueTrigger(Queues.UploadsCreated, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => RunAsync(message, WorkLane.Interactive, cancel);

    [Function("PreprocessBulk")]
    public async Task BulkAsync(
        [QueueTrigger(Queues.UploadsBulk, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        using var slot = await pace.Preprocess.EnterAsync(cancel);
        await RunAsync(message, WorkLane.Bulk, cancel);
    }

    private async Task RunAsync(QueueMessage message, WorkLane lane, CancellationToken cancel)
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { } created || !Containers.HasPhotos(created.Container))
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(PreprocessUpload), MessageBody.Start(message.Body));
            return;
        }

        using var span = new InvocationSpan(nameof(PreprocessUpload), time);

        // Storage events all come in the interactive lane. Those of bulk jobs are sent on before anything is done for
        // them; a crash here sends one twice, and the second changes nothing.
        Stored<JobRecord>? found = null;
        if (lane == WorkLane.Interactive)
        {
            found = await claim.FindAsync(created, cancel);
            if (await claim.IsBulkAsync(found, cancel))
            {
                await queues.GetQueueClient(Queues.UploadsBulk).SendMessageAsync(message.Body, cancellationToken: cancel);
                return;
            }
        }

        // Checkpoint 1: a job of the bulk lane, and that of a bare drop, is Received and owned by this message; an interactive one awaits
        // its upload still. A crash from here to checkpoint 2 delivers the same message again, which starts over. Any other event about the
        // photo ends here, or does the same work and finds the job queued at checkpoint 2.
        span.Join(null);
        var owned = lane == WorkLane.Bulk;
        if (await claim.TakeAsync(created, message, lane, owned, cancel, span.TraceParent, found) is not { } job)
        {
            span.Discard();
            await DeleteUnwantedAsync(created, cancel);
            return;
        }

        var id = job.Value.Id;
        span.Join(job.Value.TraceParent, id);
        if (job.Value.State == JobState.Queued)
        {
            await queues.SendSegmentationAsync(job.Value, JobTrace.Of(job.Value), cancel);
            return;
        }

        var taken = span.EnteredAt;
        if (lane == WorkLane.Interactive)
            pace.Begin(id);

        // A bare drop has its record from here on only: it began with its event.
        var made = job.Value.Times.CreatedAt;
        var sent = created.At ?? made;
        span.Waited(StageSpan.Upload, sent < made ? sent : made, StageSpan.WaitUpload, sent);
        span.End(StageSpan.Take);

        try
        {
            // What is committed later, also before the input is stored, changes nothing for the job.
            if (job.Value is { Upload.Resumable: true, Source.Snapshot: null })
                job = job with { Value = job.Value with { Source = await UploadReader.KeepAsync(blobs, job.Value.Source, cancel) } };
            var model = await models.PickAsync(job.Value.Model, cancel);
            if (
                await DecodeAsync(job.Value, lane, model, span, cancel)
                is not var (header, bytes, version, captured, plan, input, read, decode)
            )
            {
                span.Discard();
                await SendOnAsync(job, message, cancel);
                return;
            }

            var file = await preparation.StoreAsync(id, input, cancel);
            var store = span.End(StageSpan.Store);

            // Checkpoint 2: the input is stored and the job Queued, which names it. A crash from here to checkpoint 3 delivers this message
            // again, and the segmentation message is sent then.
            var ticket = await gauge.TicketAsync(job.Value.Lane, cancel);
            var queued = await jobs.TryMoveAsync(
                id,
                JobState.Queued,
                record =>
                    !UploadClaim.MayQueue(record, message)
                        ? null
                        : PhotoPreparation.Prepared(record, header, bytes, captured, plan, file, ModelPin.Of(model), ticket) with
                        {
                            // The version that was read: what replaces it at its address is another photo.
                            Source = job.Value.Source with
                            {
                                ETag = version,
                            },
                            Owner = new WorkOwner(message.MessageId, taken),
                            Times = record.Times with { ReceivedAt = record.Times.ReceivedAt ?? taken },
                            Stages = record.Stages with { Read = read, Decode = decode, Store = store },
                        },
                cancel,
                job
            );
            if (queued.Document is not { Value: { State: JobState.Queued } now } stored || !UploadClaim.Owns(now, message))
            {
                Log.MessageIgnored(log, id, message.MessageId, queued.Document?.Value.State);
                if (queued.Document is { Value: { ErasedAt: not null } erased })
                    await JobErasure.DeleteFilesAsync(blobs, erased, cancel);
                else if (queued.Document is { Value: var ended })
                    await OriginalPhoto.DeleteAsync(blobs, ended, cancel);
                return;
            }

            span.EndAt(StageSpan.Enqueue, now.Times.QueuedAt!.Value);
            Log.JobQueued(log, id, header.OrientedWidth, header.OrientedHeight, now.Image!.Format, input.Width, input.Height, decode);

            // Checkpoint 3: the segmentation message is sent. A crash before this message is deleted sends one more, which changes nothing.
            await segmentation.SendAsync(stored, JobTrace.Of(now), input.Pixels, cancel);
        }
        catch (Exception e) when (span.Fails(e))
        {
            throw;
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            // What an upload key let in can be of any size; a drop's file is its owner's to delete.
            if (e.Code == ErrorCodes.ImageTooManyBytes && job.Value.Upload is not null)
                await LeasedBlob.DeleteAsync(PhotoOf(job.Value), null, cancel);

            // A job that failed names the version that it is about: any other at its address is unwanted.
            if (owned || await claim.TakeAsync(created, message, lane, owned: true, cancel) is not null)
                await jobs.FailAsync(id, e, record => UploadClaim.Owns(record, message), log, cancel);
            return;
        }
    }

    // Null where the photo is too heavy for the interactive lane.
    private async Task<(
        ImageHeader Header,
        int Bytes,
        string Version,
        Captured? Captured,
        TilePlan Plan,
        RgbImage Input,
        double Read,
        double Decode
    )?> DecodeAsync(JobRecord job, WorkLane lane, ModelManifest model, InvocationSpan span, CancellationToken cancel)
    {
        var most = lane == WorkLane.Interactive ? PhotoSlots.HeavyFile : limits.MaxBytes;
        if (
            await UploadReader.HoldAsync(blobs, job, limits, lane == WorkLane.Bulk ? slots.BulkFiles : slots.Files, most, cancel)
            is not var (file, version, room)
        )
            return null;
        using (room)
        {
            var read = span.End(StageSpan.Read);
            var header = ImageProbe.Read(file, limits);
            if (lane == WorkLane.Interactive && PhotoSlots.IsHeavy(header))
                return null;
            using var slot =
                lane == WorkLane.Bulk
                    ? await slots.WorkAsync(job.Caller, PhotoSlots.Decoded(header), cancel)
                    : await slots.DecodeAsync(job.Caller, header, cancel);
            var plan = preparation.PlanOf(job, header, model);
            var input = ImageDecoder.DecodeTo(file, header, plan.Width, plan.Height);
            return (
                header,
                file.Length,
                version,
                PhotoPreparation.CapturedOf(job, file, header),
                plan,
                input,
                read,
                span.End(StageSpan.Decode)
            );
        }
    }

    // The job joins the bulk lane, and then its event does. A crash between the two leaves a job without an owner, whose event the sweep
    // sends.
    private async Task SendOnAsync(Stored<JobRecord> job, QueueMessage message, CancellationToken cancel)
    {
        var sent = await jobs.AmendAsync(
            job.Value.Id,
            record =>
                UploadClaim.MayQueue(record, message)
                    ? record with
                    {
                        Lane = WorkLane.Bulk,
                        Owner = null,
                        Source = job.Value.Source,
                    }
                    : null,
            cancel
        );
        if (sent.Done)
            await queues.GetQueueClient(Queues.UploadsBulk).SendMessageAsync(message.Body, cancellationToken: cancel);
    }

    private async Task DeleteUnwantedAsync(BlobCreatedEvent created, CancellationToken cancel)
    {
        if ((await claim.FindAsync(created, cancel))?.Value is not { } job)
            return;
        if (job.ErasedAt is not null)
            await JobErasure.DeleteFilesAsync(blobs, job, cancel);
        else
            await UnwantedPhoto.DeleteAsync(blobs, job, cancel);
    }

    private BlobClient PhotoOf(JobRecord job) => blobs.GetBlobContainerClient(job.Source.Container).GetBlobClient(job.Source.Path);
}
