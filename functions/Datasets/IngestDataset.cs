using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Functions.Trainings;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Queue datasets-created: checks a dropped data set, makes a curated version of it and queues the training run that it asks
/// for.</summary>
internal sealed class IngestDataset(
    BlobServiceClient blobs,
    DatasetStore store,
    DatasetClaim claim,
    FailedDrops failed,
    LateFiles lateFiles,
    TrainingPlans plans,
    IngestOptions options,
    TimeProvider time,
    ILogger<IngestDataset> log
)
{
    // Files come over the network: more of them under way than there are cores to decode them.
    private static readonly DatasetOptions Reading = new() { Concurrency = Math.Clamp(2 * Environment.ProcessorCount, 4, 32) };

    private readonly BlobContainerClient _datasets = blobs.GetBlobContainerClient(Containers.Datasets);
    private readonly CuratedUpload _curated = new(blobs.GetBlobContainerClient(Containers.Curated));

    [Function("IngestDataset")]
    public async Task RunAsync(
        [QueueTrigger(Queues.DatasetsCreated, Connection = StorageAccount.Setting)] QueueMessage message,
        CancellationToken cancel
    )
    {
        if (BlobCreatedEvent.TryParse(message.Body) is not { Container: Containers.Datasets } created)
        {
            Log.MessageUnreadable(log, message.MessageId, nameof(IngestDataset), MessageBody.Start(message.Body));
            return;
        }

        // The other files of a drop have events too, where the subscription lets them through.
        if (DatasetClaim.NameOf(created.Path) is not { } name)
        {
            if (!created.Path.Contains('/', StringComparison.Ordinal))
                Log.DropOfNoFolder(log, Containers.Datasets);
            return;
        }

        // Checkpoint 1: the record says checking and is owned by this message. A crash from here to checkpoint 4 delivers the same message
        // again, which owns the drop still and starts over; any other event about the drop ends here.
        if (await claim.TakeAsync(name, created, message, cancel) is not { } drop)
            return;
        try
        {
            await WorkAsync(drop, message, cancel);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            // The message comes again; until then the record says what it waits for. Where storage fails too, the log alone does.
            var setback = DatasetSetback.Of(e, time.GetUtcNow());
            await (
                (Task)store.AmendAsync(name, now => Mine(now, drop, message) ? now with { Setback = setback } : null, cancel)
            ).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task WorkAsync(DatasetRecord drop, QueueMessage message, CancellationToken cancel)
    {
        var name = drop.Name;
        using var scratch = new ScratchFolder(time);
        RoadSegException reason;
        await using (var progress = new IngestProgress(store, name, message, options.Budget, time, cancel))
        {
            try
            {
                await CheckAsync(drop, message, scratch, progress);
                return;
            }
            catch (OperationCanceledException) when (progress.Overtaken)
            {
                Log.DropIgnored(log, name, message.MessageId, "a newer drop or another message took the set while it was checked");
                return;
            }
            catch (OperationCanceledException) when (progress.OutOfTime)
            {
                reason = new RoadSegException(
                    ErrorCodes.DeadlineExceeded,
                    $"The set was not checked within {options.Budget:c}. Curate it where it lies and send what comes of it: './roadseg "
                        + $"dataset curate FOLDER', then './roadseg dataset push curated/{name}/VERSION'; "
                        + "or raise ROADSEG_INGEST_BUDGET together with the host's functionTimeout and drop dataset.json again."
                );
            }
            catch (RoadSegException e) when (!e.IsTransient)
            {
                reason = e;
            }
        }

        var late = await lateFiles.FindAsync(name, drop.Drop, null, cancel);
        await failed.EndAsync(name, reason, record => Mine(record, drop, message), late, cancel);
    }

    private static bool Mine(DatasetRecord record, DatasetRecord drop, QueueMessage message) =>
        record.Drop == drop.Drop && DatasetClaim.Owns(record, message);

    private async Task CheckAsync(DatasetRecord drop, QueueMessage message, ScratchFolder scratch, IngestProgress progress)
    {
        var (name, cancel, started) = (drop.Name, progress.Stop, Stopwatch.GetTimestamp());
        bool IsMine(DatasetRecord record) => Mine(record, drop, message);

        var spec = await ReadAsync(drop, cancel);
        var training = await TrainingAsync(spec, cancel);

        string? sized = null;
        if (spec.Target is null)
        {
            var (size, model) = await plans.LiveInputAsync(cancel);
            (spec, sized) = (spec with { Target = size }, DatasetSpec.SizedFor(size, $"the live model, {model}"));
        }

        progress.Report(new DatasetProgress("unpacking", 0, 0));
        var dropped = new BlobPrefixFiles(_datasets, name);
        var files = await ZipUnpacker.ExpandAsync(dropped, scratch["files"], options.Archive, cancel);
        DatasetLate? late = null;
        var (report, set) = await new DatasetCurator(time).CurateAsync(
            files,
            spec,
            Reading,
            scratch["curated"],
            progress,
            cancel,
            async stop =>
            {
                late = await lateFiles.FindAsync(name, drop.Drop, dropped.Listed, stop);
                return [.. new[] { late?.Message, sized }.OfType<string>()];
            }
        );
        if (set is null)
        {
            var (problem, folder) = (report.Problem!, Path.Combine(scratch["curated"], name, DatasetCurator.FailedFolder));
            var reason = new RoadSegException(ErrorCodes.Parse(problem.Code), problem.Message);
            await failed.EndAsync(name, reason, folder, IsMine, late, cancel);
            return;
        }

        // Checkpoint 2: the version is stored, its manifest last. A crash on the way leaves files without a manifest, which are unowned
        // until the same content is stored again; a crash after it finds the version there.
        await _curated.StoreAsync(set, progress, cancel);

        // Checkpoint 3: the training run is queued, before the record says ready and nobody comes back here. Its id follows from the drop:
        // a second time finds the first one's run. A worker that was overtaken asks for nothing.
        WorkId? run = null;
        if (training is not null)
        {
            if (await store.FindAsync(name, cancel) is not { Value: var now } || !IsMine(now))
                return;
            run = WorkId.ForDrop(Containers.Trainings, name, drop.Drop);
            await plans.QueueAsync(run.Value, training with { DatasetVersion = set.Version }, Callers.Local, cancel);
        }

        // Checkpoint 4: the record says ready. A crash before the message is deleted delivers it again, and it changes nothing.
        var ended = await store.TryMoveAsync(
            name,
            DatasetState.Ready,
            record => IsMine(record) ? record.With(set.Version) with { Training = run, Late = late } : null,
            cancel
        );
        if (ended.Done)
            Log.DropReady(log, name, set.Version, report.Usable, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    // The very version that the drop is about: what replaced it meanwhile has an event of its own.
    private async Task<DatasetSpec> ReadAsync(DatasetRecord drop, CancellationToken cancel)
    {
        if (!DatasetSpecJson.IsName(drop.Name))
            throw new RoadSegException(ErrorCodes.DatasetInvalid, DatasetSpecJson.NameRule(drop.Name));
        var blob = _datasets.GetBlobClient(BlobPaths.DatasetSpec(drop.Name));
        try
        {
            using var file = (
                await blob.DownloadStreamingAsync(
                    new BlobDownloadOptions { Conditions = new BlobRequestConditions { IfMatch = new ETag($"\"{drop.Drop}\"") } },
                    cancel
                )
            ).Value;
            if (file.Details.ContentLength > DatasetSpecJson.MaxBytes)
                throw new RoadSegException(
                    ErrorCodes.DatasetInvalid,
                    $"dataset.json has {file.Details.ContentLength:N0} bytes; at most {DatasetSpecJson.MaxBytes:N0} are read."
                );
            using var content = new MemoryStream();
            await file.Content.CopyToAsync(content, cancel);
            var spec = DatasetSpecJson.Parse(content.ToArray(), drop.Name);
            return spec.Name == drop.Name
                ? spec
                : throw new RoadSegException(
                    ErrorCodes.DatasetInvalid,
                    $"dataset.json says that the set is called '{spec.Name}', and lies in the folder '{drop.Name}'. Give both one name."
                );
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                "dataset.json was deleted or replaced before it was read. Drop it again when the set is complete.",
                e
            );
        }
    }

    // The plan but for its version, before anything else is done: a set that is curated and then cannot be trained on as asked would only
    // look finished.
    private async Task<TrainingPlan?> TrainingAsync(DatasetSpec spec, CancellationToken cancel)
    {
        if (spec.Train is not { ValueKind: not JsonValueKind.Null } asked)
            return null;
        try
        {
            var request = TrainingPlans.Read(Encoding.UTF8.GetBytes(asked.GetRawText()));
            if ((request.Dataset is { } other && other != spec.Name) || request.Version is not null)
                throw new RoadSegException(
                    ErrorCodes.RequestInvalid,
                    "It is the set itself that is trained on: leave out dataset and version."
                );
            await plans.CheckAsync(request, cancel);
            return plans.Plan(request, spec.Name, "");
        }
        catch (RoadSegException e)
            when (e.Code == ErrorCodes.RequestInvalid || e.Code == ErrorCodes.TrainingInvalid || e.Code == ErrorCodes.ModelNotFound)
        {
            throw new RoadSegException(ErrorCodes.DatasetInvalid, $"'train' in dataset.json cannot be used. {e.Message}", e);
        }
    }
}
