using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Handler;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Uploads;

/// <summary>Queues uploads-created and uploads-bulk: takes a stored photo, makes the model input of it and queues its segmentation.</summary>
internal sealed class PreprocessUpload(
    BlobServiceClient blobs, JobStore jobs, UploadClaim claim, QueueGauge gauge, ModelCatalogue models, ImageLimits limits, ILogger<PreprocessUpload> log)
{
    public Task<InvocationResponse> InteractiveAsync(QueueMessage message, CancellationToken cancel) => RunAsync(message, JobLane.Interactive, cancel);

    public Task<InvocationResponse> BulkAsync(QueueMessage message, CancellationToken cancel) => RunAsync(message, JobLane.Bulk, cancel);

    private async Task<InvocationResponse> RunAsync(QueueMessage message, JobLane line, CancellationToken cancel)
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { Container: Containers.Uploads } created)
        {
            Log.MessageUnreadable(log, message.Id, nameof(PreprocessUpload), MessageText.Start(message.Body));
            return InvocationResponse.Empty;
        }

        // Storage events all come in the interactive line. Those of bulk jobs are sent on before anything is done for
        // them; a crash here sends one twice, and the second changes nothing.
        if (line == JobLane.Interactive && await claim.IsBulkAsync(created, cancel))
            return InvocationResponse.Output("bulk", message.Body);

        // Checkpoint 1: the job is Received and owned by this message. A crash from here to checkpoint 2 delivers the
        // same message again, which owns the job still and starts over; any other event about the photo ends here.
        if (await claim.TakeAsync(created, message, line, cancel) is not { } job)
            return InvocationResponse.Empty;
        var id = job.Record.Id;
        if (job.Record.State == JobState.Queued)
            return Segmentation(job.Record);

        try
        {
            var model = await models.PickAsync(job.Record.Model, cancel);
            var started = Stopwatch.GetTimestamp();
            var file = await UploadReader.ReadAsync(blobs, job.Record.Source, limits, cancel);
            var read = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            var header = ImageProbe.Read(file, limits);
            var format = header.Format.ToString().ToLowerInvariant();
            var input = ImageDecoder.DecodeForModel(file, header, model.Preprocess);
            var decode = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            await blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(id))
                .UploadAsync(BinaryData.FromBytes(input.Pixels), overwrite: true, cancel);
            var store = Stopwatch.GetElapsedTime(started);

            // Checkpoint 2: the input is stored and the job Queued. The host sends the segmentation message when this
            // function has answered; a crash before that delivers this message again, and it is sent then.
            var ticket = await gauge.TicketAsync(job.Record.Lane, cancel);
            var queued = await jobs.TryMoveAsync(id, JobState.Queued, record => record.State != JobState.Received || !UploadClaim.Owns(record, message) ? null : record with
            {
                Image = new JobImage(format, header.OrientedWidth, header.OrientedHeight, header.Orientation, file.Length),
                Input = new JobInput(input.Width, input.Height),
                Pin = ModelPin.Of(model),
                Ticket = ticket,
                Stages = record.Stages with
                {
                    Read = read.TotalMilliseconds,
                    Decode = decode.TotalMilliseconds,
                    Store = store.TotalMilliseconds,
                },
            }, cancel, job);
            if (queued.Job?.Record is not { State: JobState.Queued } now || !UploadClaim.Owns(now, message))
            {
                Log.MessageIgnored(log, id, message.Id, queued.Job?.Record.State);
                return InvocationResponse.Empty;
            }

            Log.JobQueued(log, id, header.OrientedWidth, header.OrientedHeight, format, input.Width, input.Height, decode.TotalMilliseconds);
            return Segmentation(now);
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            // What an upload key let in can be of any size; a drop's file is its owner's to delete.
            if (e.Code == ErrorCodes.ImageTooManyBytes && job.Record.Upload is not null)
                await blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(job.Record.Source.Path).DeleteIfExistsAsync(cancellationToken: cancel);
            await jobs.FailAsync(id, e, record => UploadClaim.Owns(record, message), log, cancel);
            return InvocationResponse.Empty;
        }
    }

    private static InvocationResponse Segmentation(JobRecord job) => InvocationResponse.Output(
        job.Lane == JobLane.Bulk ? "segmentationBulk" : "segmentation",
        JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(job.Id, job.Ticket), JobJson.Default.SegmentationMessage));
}
