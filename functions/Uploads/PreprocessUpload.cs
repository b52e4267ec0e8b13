using System.Diagnostics;
using System.Text.Json;
using Azure.Storage.Blobs;
using RoadSeg.Errors;
using RoadSeg.Functions.Handler;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Uploads;

/// <summary>Queue uploads-created: takes a stored photo, makes the model input of it and queues its segmentation.</summary>
internal sealed class PreprocessUpload(
    BlobServiceClient blobs, JobStore jobs, UploadClaim claim, LiveModel model, ImageLimits limits, ILogger<PreprocessUpload> log)
{
    public async Task<InvocationResponse> RunAsync(QueueMessage message, CancellationToken cancel)
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { Container: Containers.Uploads } created)
        {
            Log.MessageUnreadable(log, message.Id, nameof(PreprocessUpload), MessageText.Start(message.Body));
            return InvocationResponse.Empty;
        }

        // Checkpoint 1: the job is Received and owned by this message. A crash from here to checkpoint 2 delivers the
        // same message again, which owns the job still and starts over; any other event about the photo ends here.
        if (await claim.TakeAsync(created, message, cancel) is not { } job)
            return InvocationResponse.Empty;
        var id = job.Record.Id;
        if (job.Record.State == JobState.Queued)
            return Segmentation(id);

        try
        {
            var started = Stopwatch.GetTimestamp();
            var file = await UploadReader.ReadAsync(blobs, job.Record.Source, limits, cancel);
            var read = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            var header = ImageProbe.Read(file, limits);
            var format = header.Format.ToString().ToLowerInvariant();
            var input = ImageDecoder.DecodeForModel(file, header, model.Package.Manifest.Preprocess);
            var decode = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            await blobs.GetBlobContainerClient(Containers.Work).GetBlobClient(BlobPaths.WorkInput(id))
                .UploadAsync(BinaryData.FromBytes(input.Pixels), overwrite: true, cancel);
            var store = Stopwatch.GetElapsedTime(started);

            // Checkpoint 2: the input is stored and the job Queued. The host sends the segmentation message when this
            // function has answered; a crash before that delivers this message again, and it is sent then.
            var queued = await jobs.TryMoveAsync(id, JobState.Queued, record => record.State != JobState.Received || !UploadClaim.Owns(record, message) ? null : record with
            {
                Image = new JobImage(format, header.OrientedWidth, header.OrientedHeight, header.Orientation, file.Length),
                Input = new JobInput(input.Width, input.Height),
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
            return Segmentation(id);
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            await jobs.FailAsync(id, e, record => UploadClaim.Owns(record, message), log, cancel);
            return InvocationResponse.Empty;
        }
    }

    private static InvocationResponse Segmentation(JobId id) => InvocationResponse.Output(
        "segmentation", JsonSerializer.SerializeToUtf8Bytes(new SegmentationMessage(id), JobJson.Default.SegmentationMessage));
}
