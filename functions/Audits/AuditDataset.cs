using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>Queue dataset-audits: holds the labels of a version against a model, a slice of it a message. Photos that somebody waits for go
/// first: an audit takes the model as bulk work does, one photo at a time.</summary>
internal sealed class AuditDataset(
    AuditStore store,
    AuditFiles files,
    VersionFiles versions,
    LiveModel models,
    ModelLane lane,
    PhotoSlots slots,
    BulkPace pace,
    ModelOptions options,
    TimeProvider time,
    ILogger<AuditDataset> log
)
{
    /// <summary>What counts, and how much is kept, in every deployment.</summary>
    public static readonly AuditOptions Options = new();

    // The host ends a function after ten minutes.
    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(20);

    // As for jobs: a process which can run nothing keeps few messages from those which can.
    private static readonly TimeSpan GivenBackAfter = TimeSpan.FromSeconds(5);

    [Function("AuditDataset")]
    public async Task RunAsync(
        [QueueTrigger(Queues.DatasetAudits, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (MessageBody.TryRead(message.Body, AuditJson.Default.AuditMessage) is not { } asked)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(AuditDataset), MessageBody.Start(message.Body));
            return;
        }

        // No model comes up here, but another process may have one.
        if (!await models.CanServeAsync(cancel))
        {
            await Task.Delay(GivenBackAfter, time, cancel);
            await LeaveAsync(asked, record => MayTake(record, asked, message), cancel);
            return;
        }

        // Checkpoint 1: the record says running and is owned by this message. A crash from here on delivers the same message again, which
        // goes on from the newest checkpoint.
        var taken = await store.TryMoveAsync(
            asked.Dataset,
            asked.Version,
            AuditState.Running,
            record => MayTake(record, asked, message) ? record with { Owner = new WorkOwner(message.MessageId, time.GetUtcNow()) } : null,
            cancel
        );
        if (taken is not { Done: true, Document.Value: var audit })
        {
            Log.AuditIgnored(log, asked.Dataset, asked.Version, message.MessageId);
            return;
        }

        try
        {
            await WorkAsync(audit, asked, message, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The message comes again; until then the record says what it waits for.
            var setback = DatasetSetback.Of(e, time.GetUtcNow());
            await (
                (Task)
                    store.AmendAsync(
                        audit.Dataset,
                        audit.Version,
                        now => AuditProgress.IsHeld(now, audit, message) ? now with { Setback = setback } : null,
                        cancel
                    )
            ).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static bool MayTake(AuditRecord record, AuditMessage asked, QueueMessage message) =>
        record.Run == asked.Run
        && (record.State == AuditState.Queued || (record.State == AuditState.Running && Lease.MayTake(record.Owner, message.MessageId)));

    private async Task WorkAsync(AuditRecord audit, AuditMessage asked, QueueMessage message, CancellationToken cancel)
    {
        bool IsMine(AuditRecord now) => AuditProgress.IsHeld(now, audit, message);
        DatasetAudit? found;
        await using (var progress = new AuditProgress(store, audit, message, time, cancel))
        {
            try
            {
                found = await LookAsync(audit, progress, progress.Stop);
            }
            catch (OperationCanceledException) when (progress.Overtaken)
            {
                Log.AuditIgnored(log, audit.Dataset, audit.Version, message.MessageId);
                return;
            }
            catch (RoadSegException e) when (!e.IsTransient)
            {
                var failed = await store.TryFailAsync(audit.Dataset, audit.Version, e, IsMine, cancel);
                if (failed.Done)
                    Log.AuditFailed(log, audit.Dataset, audit.Version, e.Code.Code, e.Message);
                return;
            }
        }

        if (found is null)
        {
            await LeaveAsync(asked, IsMine, cancel);
            return;
        }

        // Checkpoint 3: the files of what was found, then the record that names them. A crash between does the last photos again.
        await files.FinishAsync(audit, found, cancel);
        var ended = await store.TryMoveAsync(
            audit.Dataset,
            audit.Version,
            AuditState.Succeeded,
            now => IsMine(now) ? now with { Regions = found.Regions.Count, Checkpoint = null } : null,
            cancel
        );
        if (!ended.Done)
            return;
        Log.AuditDone(log, audit.Dataset, audit.Version, found.Photos, found.Found);
        await files.TidyAsync(audit, found, cancel);
    }

    // The record first: a crash before the message leaves what the sweep sends.
    private async Task LeaveAsync(AuditMessage asked, Func<AuditRecord, bool> guard, CancellationToken cancel)
    {
        var left = await store.TryMoveAsync(
            asked.Dataset,
            asked.Version,
            AuditState.Queued,
            now => guard(now) ? now with { Owner = null, Setback = null } : null,
            cancel
        );
        if (left is { Done: true, Document.Value: var record })
            await store.SendAsync(record, cancel);
    }

    // Null when the slice is over before the version is.
    private async Task<DatasetAudit?> LookAsync(AuditRecord audit, AuditProgress progress, CancellationToken cancel)
    {
        var manifest = await versions.ManifestAsync(audit.Dataset, audit.Version, cancel);
        using var model = await models.UseAsync(audit.Model, cancel);
        var auditor = new LabelAuditor(manifest.Labels, model.Engine.Model, ClassNames.Read(null), Options);
        var so = await files.CheckpointAsync(audit, cancel)
            ?? AuditTally.Begin(manifest, audit.Version, audit.Model.Model, audit.Model.Version, auditor);
        var tally = new AuditTally(manifest, auditor, Options, so);
        var (total, before, began) = ((int)manifest.Splits.Sum(split => split.Samples), 0, time.GetTimestamp());
        var stored = began;
        foreach (var (split, shard) in manifest.Splits.SelectMany(split => split.Shards.Select(shard => (split.Split, shard))))
        {
            before += shard.Samples;
            if (tally.Looked >= before)
                continue;
            var bytes = await versions.ReadAsync(audit.Dataset, audit.Version, shard.File, cancel);
            foreach (var sample in tally.Read(shard, bytes.Span, manifest.Labels).Skip(tally.Looked - before + shard.Samples))
            {
                progress.Report(new DatasetProgress("auditing", tally.Looked, total));
                if (tally.IsLabelled(sample))
                    tally.Add(sample, split, await SegmentAsync(audit, model.Engine, sample, auditor.Asked(sample), cancel));
                var over = time.GetElapsedTime(began) >= Slice;
                if (!over && time.GetElapsedTime(stored) < Between)
                    continue;

                // Checkpoint 2: what was added up, before the record that names it.
                await StoreAsync(audit, tally, progress, cancel);
                stored = time.GetTimestamp();
                if (over && tally.Looked < total)
                    return null;
            }
        }

        await StoreAsync(audit, tally, progress, cancel);
        return tally.Audit;
    }

    private async Task StoreAsync(AuditRecord audit, AuditTally tally, AuditProgress progress, CancellationToken cancel)
    {
        var file = await files.StoreAsync(audit, tally.Audit, tally.TakeCrops(), cancel);
        if (!await progress.AmendAsync(now => now with { Checkpoint = file }, cancel))
            throw new OperationCanceledException(progress.Stop);
    }

    private async Task<SegmentationResult> SegmentAsync(
        AuditRecord audit,
        SegmentationEngine engine,
        CuratedSample sample,
        AskedClasses asked,
        CancellationToken cancel
    )
    {
        var (width, height) = (sample.Image.Width, sample.Image.Height);
        using var bulk = options.Engine.Provider == ExecutionProvider.Cpu ? await pace.Segment.EnterAsync(cancel) : null;
        using var heavy = PhotoSlots.IsHeavy(width, height) ? await slots.HeavyAsync(audit.Caller, 4L * width * height, cancel) : null;
        var input = ImageDecoder.ResizeForModel(sample.Image, engine.Model.Preprocess);
        return (await lane.RunAsync(WorkLane.Bulk, engine, input, width, height, static _ => Task.FromResult(true), cancel, asked))!;
    }
}
