using System.Diagnostics;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Errors;
using RoadSeg.Functions.Diagnostics;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Privacy;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Redaction;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Segmentation;

/// <summary>Queues segmentation-jobs and segmentation-bulk: runs the model on a stored input and commits the result.</summary>
internal sealed class SegmentImage(
    BlobServiceClient blobs,
    QueueServiceClient queues,
    JobStore jobs,
    LiveModel models,
    ModelLane lane,
    PhotoSlots slots,
    PhotoRedaction redaction,
    RolloutWatch rollout,
    BulkPace pace,
    ModelOptions options,
    TimeProvider time,
    ILogger<SegmentImage> log
)
{
    private static readonly TimeSpan WorthAsking = TimeSpan.FromMilliseconds(100);

    // Long enough that a process which can run nothing asks little of storage and keeps few messages from those which can.
    private static readonly TimeSpan GivenBackAfter = TimeSpan.FromSeconds(5);

    [Function("SegmentBulk")]
    public async Task BulkAsync(
        [QueueTrigger(Queues.SegmentationBulk, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        // A model on a GPU leaves the cores to the others.
        using var slot = options.Engine.Provider == ExecutionProvider.Cpu ? await pace.Segment.EnterAsync(cancel) : null;
        await RunKnownAsync(message, null, null, cancel);
    }

    [Function("SegmentImage")]
    public Task RunAsync(
        [QueueTrigger(Queues.SegmentationJobs, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    ) => RunKnownAsync(message, null, null, cancel);

    /// <summary>The same for a job that this process has just queued: what it knows already is not read again.</summary>
    /// <param name="message">Its message.</param>
    /// <param name="known">Its record; null to read it.</param>
    /// <param name="held">Its model input; null to read it.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    internal async Task RunKnownAsync(QueueMessage message, Stored<JobRecord>? known, Task<byte[]>? held, CancellationToken cancel)
    {
        if (MessageBody.TryRead(message.Body, JobJson.Default.SegmentationMessage) is not { JobId: var id } asked)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(SegmentImage), MessageBody.Start(message.Body));
            return;
        }

        // Checkpoint 0: no model comes up here (a GPU worker whose CUDA does not work), but another process may have one. Nothing of
        // the job is used up, not even a delivery of its message.
        if (!await models.CanServeAsync(cancel))
        {
            await GiveBackAsync(asked, message, cancel);
            return;
        }

        // Read beside the claim, which it does not depend on: a round trip less on the way of every job.
        using var span = new InvocationSpan(nameof(SegmentImage), time);
        var input = held ?? ReadInputAsync(id, asked.Input, cancel);

        // Checkpoint 1: a new attempt is Running and owned by this message. A crash from here to checkpoint 4 delivers
        // the same message again: the delivery before it has ended, so the next attempt takes over.
        var claimed = await jobs.TryMoveAsync(
            id,
            JobState.Running,
            record =>
                MayRun(record, message)
                    ? record with
                    {
                        Attempt = record.Attempt + 1,
                        Owner = new WorkOwner(message.MessageId, time.GetUtcNow()),
                    }
                    : null,
            cancel,
            known
        );
        if (claimed is not { Done: true, Document: { } job })
        {
            await ((Task)input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Log.MessageIgnored(log, id, message.MessageId, claimed.Document?.Value.State);
            if (claimed.Document is { Value: { ErasedAt: not null } erased })
                await JobErasure.DeleteFilesAsync(blobs, erased, cancel);
            return;
        }

        var attempt = job.Value.Attempt;
        span.Join(asked.TraceParent ?? job.Value.TraceParent, id);
        span.Waited(StageSpan.WaitSegmentation, job.Value.Times.QueuedAt ?? message.InsertedOn!.Value);
        try
        {
            // A message from before inputs had names of their own.
            if (job.Value.InputFile != asked.Input)
            {
                await ((Task)input).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                input = ReadInputAsync(id, job.Value.InputFile, cancel);
            }

            await SegmentAsync(job, attempt, input, span, cancel);
        }
        catch (Exception e) when (span.Fails(e))
        {
            throw;
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            await jobs.FailAsync(id, e, record => record.Attempt == attempt, log, cancel);
        }
    }

    // The job joins the lane anew, so that nothing takes its message for lost, and then its message does. A crash between the two
    // delivers this message again, to the same effect.
    private async Task GiveBackAsync(SegmentationMessage asked, QueueMessage message, CancellationToken cancel)
    {
        var given = await jobs.TryMoveAsync(
            asked.JobId,
            JobState.Queued,
            record => MayRun(record, message) ? record with { Owner = null } : null,
            cancel
        );
        if (given is not { Done: true, Document.Value: var record })
        {
            Log.MessageIgnored(log, asked.JobId, message.MessageId, given.Document?.Value.State);
            return;
        }

        await Task.Delay(GivenBackAfter, time, cancel);
        await queues.SendSegmentationAsync(record, asked.TraceParent, cancel);
        Log.MessageGivenBack(log, asked.JobId);
    }

    // A redelivery of the owner's message proves that the owner's delivery ended; another message about a job that is
    // running is a duplicate, unless the sweep took the owner away.
    private static bool MayRun(JobRecord record, QueueMessage message) =>
        record.State == JobState.Queued || (record.State == JobState.Running && Lease.MayTake(record.Owner, message.MessageId));

    private async Task SegmentAsync(Stored<JobRecord> job, int attempt, Task<byte[]> reading, InvocationSpan span, CancellationToken cancel)
    {
        var record = job.Value;
        var claim = span.End(StageSpan.Claim);
        var input = new RgbImage(record.Input!.Width, record.Input.Height, await reading);
        var fetch = span.End(StageSpan.Fetch);

        // Of its mask and confidence, what they are encoded to, and the photo where it is redacted.
        var holds = record.Privacy.Has(JobPrivacy.Redact) ? 4 + PhotoSlots.RedactionHolds : 4;
        using var slot = PhotoSlots.IsHeavy(record.Image!.Width, record.Image.Height)
            ? await slots.HeavyAsync(record.Caller, holds * record.Image.Width * record.Image.Height, cancel)
            : null;
        using var model = await models.UseAsync(record.Pin, cancel);
        var engine = model.Engine;
        var obscured = PhotoRedaction.ClassesOf(record, engine.Model);
        var waited = 0.0;
        SegmentationResult? segmented;
        try
        {
            segmented = await lane.RunAsync(
                record.Lane,
                engine,
                input,
                record.Image.Width,
                record.Image.Height,
                async wait =>
                {
                    var wanted = await IsWantedAsync(record, wait, cancel);
                    waited = span.End(StageSpan.WaitModel);
                    return wanted;
                },
                cancel,
                obscured is null ? null : RedactedArea.Asked(obscured, engine.Model.Labels),
                PlanOf(record, engine.Model)
            );
        }
        catch (RoadSegException e) when (RolloutWatch.Blames(e))
        {
            await rollout.FailedAsync(model.Pin, record.Id, cancel);
            throw;
        }

        if (segmented is null)
        {
            Log.AttemptOvertaken(log, record.Id, attempt);
            return;
        }

        rollout.Succeeded(model.Pin, record.Id);

        // What the engine does beside its run, packing the input included, counts as upsampling.
        span.EndAfter(StageSpan.Infer, segmented.Timings.Run);
        span.End(StageSpan.Upsample);

        // Checkpoint 2, of a photo that is to be redacted: it lies beside the original as it is kept. It is unowned until the move below
        // names it, and deleted by whoever settles the job where it never is.
        var redacted = obscured is null
            ? null
            : await redaction.StoreAsync(record, attempt, segmented, obscured, model.Pin, slot is not null, cancel);
        var result = model.Describe(attempt);
        var timings = segmented.Timings;
        var summary = Summaries.Of(segmented, engine.Model.Labels, result, record.Input, engine.Model.Preprocess, record.Captured);
        var (mask, confidence) = await EncodeAsync(segmented, engine.Model.Labels);
        byte[][] parts = [mask, confidence ?? [], JsonSerializer.SerializeToUtf8Bytes(summary, JobJson.Default.ResultSummary)];
        var encode = span.End(StageSpan.Encode);

        // Checkpoint 3: a file in this attempt's own folder. It is unowned until the move below names it.
        var storing = Stopwatch.GetTimestamp();
        await WriteAsync(BlobPaths.Result(record.Id, attempt, ResultFiles.Whole), [.. parts[0], .. parts[1], .. parts[2]], cancel);
        var commit = Stopwatch.GetElapsedTime(storing);

        // Checkpoint 4: the result is committed, and with it the redacted photo. Settling the job, which is part of the move, deletes the
        // original and this input. A crash from here on delivers the message once more, which finds the job succeeded and changes nothing;
        // the sweep settles it.
        var committed = await jobs.TryMoveAsync(
            record.Id,
            JobState.Succeeded,
            current =>
                current.State != JobState.Running || current.Attempt != attempt
                    ? null
                    : (redacted?.In(current) ?? current) with
                    {
                        Result = result,
                        Shares = Summaries.SharesOf(summary),
                        ResultLayout = new ResultLayout(parts[0].Length, parts[1].Length, parts[2].Length),
                        Stages = current.Stages with
                        {
                            Claim = claim,
                            Fetch = fetch,
                            Wait = waited,
                            Infer = timings.Run.TotalMilliseconds,
                            Upsample = timings.Upsample.TotalMilliseconds,
                            Encode = encode,
                            Commit = commit.TotalMilliseconds,
                        },
                    },
            cancel,
            job
        );
        if (committed is { Done: true, Document.Value.Times.FinishedAt: { } finished })
        {
            span.EndAt(StageSpan.Commit, finished);
            Metrics.Ran(1, result);
            Log.JobSucceeded(log, record.Id, attempt, timings.Run.TotalMilliseconds);
        }
        else
        {
            Log.AttemptOvertaken(log, record.Id, attempt);
            if (committed.Document is { Value: { ErasedAt: not null } erased })
                await JobErasure.DeleteFilesAsync(blobs, erased, cancel);
            else if (committed.Document is { Value: var ended })
                await OriginalPhoto.DeleteAsync(blobs, ended, cancel);
        }
    }

    // As the input was made, whatever the settings say by now.
    private static TilePlan? PlanOf(JobRecord record, ModelDescription model)
    {
        if (record is not { Input: { Tiles: { } tiles } input, Image: { } photo })
            return null;
        var (width, height) = model.Preprocess.InputSize(photo.Width, photo.Height);
        return new TilePlan(input.Width, input.Height, width, height, (int)Math.Sqrt(tiles));
    }

    // The pixels are let go with this: storage may be slow to take what they were encoded to.
    private static async Task<(byte[] Mask, byte[]? Confidence)> EncodeAsync(SegmentationResult segmented, LabelCatalogue labels)
    {
        var confidence = segmented.Confidence is { } plane
            ? Task.Run(() => ConfidencePng.Encode(plane, segmented.Width, segmented.Height), CancellationToken.None)
            : null;
        var mask = MaskPng.Encode(segmented.ClassIds, segmented.Width, segmented.Height, labels);
        return (mask, confidence is null ? null : await confidence);
    }

    // After a wait the job may have been canceled: a read is less than a run.
    private async Task<bool> IsWantedAsync(JobRecord job, TimeSpan wait, CancellationToken cancel) =>
        wait < WorthAsking
        || (await jobs.FindAsync(job.Id, cancel))?.Value is { State: JobState.Running } now && now.Attempt == job.Attempt;

    private async Task<byte[]> ReadInputAsync(WorkId id, string? file, CancellationToken cancel)
    {
        try
        {
            var blob = await blobs
                .GetBlobContainerClient(Containers.Work)
                .GetBlobClient(BlobPaths.WorkInput(id, file))
                .DownloadContentAsync(cancel);
            return blob.Value.Content.ToArray();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw new RoadSegException(
                ErrorCodes.UploadMissing,
                "The prepared photo was deleted before it was segmented. Upload it again.",
                e
            );
        }
    }

    private async Task WriteAsync(string path, byte[] content, CancellationToken cancel) =>
        await blobs
            .GetBlobContainerClient(Containers.Results)
            .GetBlobClient(path)
            .UploadAsync(
                BinaryData.FromBytes(content),
                new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" } },
                cancel
            );
}
