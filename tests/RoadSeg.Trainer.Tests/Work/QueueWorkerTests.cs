using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Weights;
using RoadSeg.Trainer.Work;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Trainer.Tests.Work;

/// <summary>The worker in this process, on a real queue.</summary>
public sealed class QueueWorkerTests(WorkStorage storage) : IClassFixture<WorkStorage>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Nothing told whether a worker was there at all.
    [Fact]
    public async Task A_worker_is_seen_from_its_start_to_its_end()
    {
        var presence = new TrainerPresence(storage.Account.Blobs, TimeProvider.System);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var before = await presence.CountAsync(Cancel);
        await storage.Queue.ClearMessagesAsync(Cancel);

        var working = storage.Worker().RunAsync(untilEmpty: false, stop.Token);
        while (await presence.CountAsync(Cancel) != before + 1)
            await Task.Delay(50, Cancel);
        await stop.CancelAsync();
        await working;

        Assert.Equal(before, await presence.CountAsync(Cancel));
    }

    [Fact]
    public async Task A_queued_run_is_taken_learns_is_published_and_goes_live_and_the_next_is_held_against_it()
    {
        var first = await storage.WorkAsync(storage.Plan("story", settings: [("training.epochs", "14"), ("training.evaluateEvery", "7"), ("training.checkpointEvery", "100")]));

        Assert.True(first.State == TrainingState.Succeeded, first.Failure?.Message ?? await storage.TextAsync(first.Id, TrainingFiles.Log));
        Assert.Equal((1, null), (first.Attempt, first.Owner));
        Assert.Equal((42L, 42L, 14), (first.Progress!.Step, first.Progress.Steps, first.Progress.Epochs));
        Assert.InRange(first.Progress.MeanIoU!.Value, 0.1, 1);
        var live = (await storage.Registry.LiveAsync("story", Cancel))!.Value;
        Assert.Equal((first.Version, $"training {first.Id}"), (live.Version, live.History[^1].By));
        var version = (await storage.Registry.FindAsync("story", first.Version!, Cancel))!;
        Assert.Equal((first.Id, $"{WorkStorage.Dataset}/{storage.Set.Version}"), (version.Training, version.Dataset));
        Assert.Equal(["self-test", "mean-iou", "class-iou", "int8-loss", "latency", "disagreement"], version.Gate!.Checks.Select(check => check.Name));
        Assert.True(version.Gate.Passed && version.Gate.Against is null);
        var manifest = (await storage.Registry.ManifestAsync("story", first.Version!, Cancel))!;
        Assert.Equal((96, 64, 4), (manifest.Preprocess.Width, manifest.Preprocess.Height, manifest.Labels.Count));
        Assert.Equal(version.Dataset, manifest.Metrics[0].Dataset);

        // What a page shows while it runs is there, and nothing is left to do.
        foreach (var file in (string[])[TrainingFiles.Metrics, TrainingFiles.Log, TrainingFiles.Last, TrainingFiles.Best, .. TrainingFiles.Pictures])
            Assert.True(await storage.Trainings.GetBlobClient(BlobPaths.TrainingFile(first.Id, file)).ExistsAsync(Cancel), file);
        Assert.Contains("The gate passed it: it is live.", await storage.TextAsync(first.Id, TrainingFiles.Log));
        Assert.True(await storage.IsEmptyAsync());
        Assert.False(await storage.Account.Blobs.GetBlobContainerClient(Containers.TrainingsActive).GetBlobClient(BlobPaths.ActiveTraining(first.Id)).ExistsAsync(Cancel));
        Assert.Empty(Directory.GetDirectories(Path.Combine(storage.Folder, "runs")));

        // From the live version by the recipe for that, its architecture taken over; a photo of the deployment is looked at by both. It was asked to stay a candidate.
        await PhotoAsync();
        var finetune = new TrainingPlan(WorkStorage.Dataset, storage.Set.Version, "finetune", new Dictionary<string, string>
        {
            ["augmentation.cropWidth"] = "64", ["augmentation.cropHeight"] = "48", ["training.epochs"] = "1", ["training.learningRate"] = "0.00001", ["training.freezeStages"] = "0",
            ["unlabelled.recentPhotos"] = "8", ["unlabelled.confidence"] = "0.3", ["unlabelled.share"] = "0.1",
        }, "story", "live", Promote: false);
        var second = await storage.WorkAsync(finetune);
        Assert.True(second.State == TrainingState.Succeeded, second.Failure?.Message);
        Assert.Contains("0 of another shape", await storage.TextAsync(second.Id, TrainingFiles.Log));

        // The photo has no labels: the live version gave it some, and the run learned from them too.
        Assert.Contains($"1 teachers label 1 photos: story {first.Version}.", await storage.TextAsync(second.Id, TrainingFiles.Log));
        Assert.Contains("1 photos without labels, 1 of the 8 samples of every batch.", await storage.TextAsync(second.Id, TrainingFiles.Log));
        Assert.Equal(first.Version, second.Gate!.Against);
        Assert.Contains("of the 1 most recent photos", Check(second, "disagreement").Note);
        Assert.InRange(Check(second, "disagreement").Value!.Value, 0, 1);
        var shadow = Assert.Single(await storage.Registry.ShadowRunsAsync("story", 3, Cancel));
        Assert.Equal((second.Version, first.Version, Check(second, "disagreement").Value!.Value), (shadow.Version, shadow.Against, Assert.Single(shadow.Photos).Share));
        Assert.NotNull(Check(second, "latency").Value);
        Assert.True(second.Gate.Passed, string.Join('\n', second.Gate.Checks));
        Assert.NotNull(await storage.Registry.FindAsync("story", second.Version!, Cancel));
        Assert.Equal(first.Version, (await storage.Registry.LiveAsync("story", Cancel))!.Value.Version);

        // A worse one is published, and held back with the reasons.
        var worse = await storage.WorkAsync(storage.Plan("story", settings: [("training.epochs", "1"), ("training.learningRate", "0.0000001"), ("training.evaluateEvery", "1")]));
        Assert.True(worse.State == TrainingState.Succeeded, worse.Failure?.Message);
        Assert.False(worse.Gate!.Passed);
        Assert.False(Check(worse, "mean-iou").Passed);
        Assert.Contains("where the live version has", Check(worse, "mean-iou").Note);
        Assert.Equal(first.Version, (await storage.Registry.LiveAsync("story", Cancel))!.Value.Version);
        Assert.False((await storage.Registry.FindAsync("story", worse.Version!, Cancel))!.Gate!.Passed);
    }

    [Fact]
    public async Task A_canceled_run_stops_at_the_next_step_and_publishes_nothing()
    {
        var id = await storage.QueueAsync(storage.Plan("canceled", settings: [("training.epochs", "1000"), ("training.evaluateEvery", "1000")]));
        var worker = Task.Run(() => storage.Worker().RunAsync(untilEmpty: true, Cancel), Cancel);
        await storage.UntilAsync(id, run => run.Progress?.Step > 0);

        // Metrics and log can be read meanwhile.
        Assert.Contains("\"start\"", await storage.TextAsync(id, TrainingFiles.Metrics));
        Assert.Contains("training frames", await storage.TextAsync(id, TrainingFiles.Log));
        await storage.Runs.TryMoveAsync(id, TrainingState.Canceled, now => now, Cancel);
        await worker;

        var run = await storage.RunAsync(id);
        Assert.Equal((TrainingState.Canceled, null), (run.State, run.Version));
        Assert.True(await storage.IsEmptyAsync());
        Assert.Empty(Directory.GetDirectories(Path.Combine(storage.Folder, "runs")));
    }

    [Fact]
    public async Task A_message_about_a_run_that_another_owns_or_that_has_ended_changes_nothing()
    {
        var id = await storage.QueueAsync(storage.Plan("doubled"));
        await storage.Runs.TryMoveAsync(id, TrainingState.Running, now => now with { Owner = new WorkOwner("another", now.Times.CreatedAt), Attempt = 1 }, Cancel);
        var owned = await storage.RunAsync(id);
        await storage.Runs.SendAsync(id, Cancel);
        await storage.Worker().RunAsync(untilEmpty: true, Cancel);
        Assert.Equal(owned.ToString(), (await storage.RunAsync(id)).ToString());
        Assert.True(await storage.IsEmptyAsync());

        await storage.Runs.TryMoveAsync(id, TrainingState.Canceled, now => now, Cancel);
        await storage.Runs.SendAsync(id, Cancel);
        await storage.Queue.SendMessageAsync("{}", Cancel);
        await storage.Worker().RunAsync(untilEmpty: true, Cancel);
        Assert.Equal((TrainingState.Canceled, 1), ((await storage.RunAsync(id)).State, (await storage.RunAsync(id)).Attempt));
        Assert.True(await storage.IsEmptyAsync());
    }

    [Fact]
    public async Task An_attempt_that_was_overtaken_neither_reports_nor_stores_nor_publishes()
    {
        var id = await storage.QueueAsync(storage.Plan("zombie", settings: [("training.epochs", "4"), ("training.evaluateEvery", "4")]));
        var worker = Task.Run(() => storage.Worker().RunAsync(untilEmpty: true, Cancel), Cancel);
        await storage.UntilAsync(id, run => run.Progress?.Step > 0);
        var overtaken = (await storage.Runs.TryMoveAsync(id, TrainingState.Running, now => now with { Attempt = 2, Owner = new WorkOwner("another", now.Owner!.Since) }, Cancel)).Document!;
        await worker;

        var now = (await storage.Runs.FindAsync(id, Cancel))!;
        Assert.Equal(overtaken.ETag, now.ETag);
        await foreach (var version in storage.Registry.VersionsAsync("zombie", Cancel))
            Assert.Fail($"{version.Version} was published.");
    }

    [Fact]
    public async Task Files_of_a_run_that_was_taken_over_cannot_be_written_any_more()
    {
        var id = WorkId.New(TimeProvider.System);
        using var folder = new TempFolder();
        var (old, young) = (Directory.CreateDirectory(folder["old"]).FullName, Directory.CreateDirectory(folder["young"]).FullName);
        var (zombie, worker) = (new AttemptBlobs(storage.Trainings, id, old, _ => Task.FromResult(false)), new AttemptBlobs(storage.Trainings, id, young, _ => Task.FromResult(true)));
        await File.WriteAllTextAsync(Path.Combine(old, TrainingFiles.Last), "step 1", Cancel);
        await zombie.TakeOverAsync(1, Cancel);
        await zombie.StoreAsync([TrainingFiles.Best, TrainingFiles.Last], Cancel);

        await worker.TakeOverAsync(2, Cancel);
        Assert.Equal("step 1", await File.ReadAllTextAsync(Path.Combine(young, TrainingFiles.Last), Cancel));
        await File.WriteAllTextAsync(Path.Combine(old, TrainingFiles.Last), "zombie", Cancel);
        await Assert.ThrowsAsync<OvertakenException>(() => zombie.StoreAsync([TrainingFiles.Last], Cancel));

        // What it had never stored it can still create; the run's worker then writes over it.
        await File.WriteAllTextAsync(Path.Combine(old, TrainingFiles.Metrics), "zombie", Cancel);
        await zombie.StoreAsync([TrainingFiles.Metrics], Cancel);
        await File.WriteAllTextAsync(Path.Combine(young, TrainingFiles.Metrics), "worker", Cancel);
        await worker.StoreAsync([TrainingFiles.Metrics], Cancel);
        Assert.Equal(("step 1", "worker"), (await storage.TextAsync(id, TrainingFiles.Last), await storage.TextAsync(id, TrainingFiles.Metrics)));
    }

    [Theory]
    [InlineData("training.epoch", "3", "A recipe has no 'training.epoch'.")]
    [InlineData("training.batchSize", "1", "batchSize is 2 to 256, not 1.")]
    [InlineData("model.classes", "11", "has 11 classes, the data set 4")]
    [InlineData("augmentation.cropWidth", "512", "do not fit into pictures of 96x64")]
    public async Task Settings_that_do_not_fit_fail_the_run_with_the_reason(string field, string value, string message) =>
        Failed(await storage.WorkAsync(storage.Plan("refused", settings: [(field, value)])), ErrorCodes.TrainingInvalid, message);

    [Theory]
    [InlineData("no-such-recipe", "none", "There is no recipe 'no-such-recipe'")]
    [InlineData("/etc/passwd", "none", "There is no recipe")]
    [InlineData("finetune", "none", "there is none to start from")]
    [InlineData("smoke", "live", "has no live version to start from")]
    public async Task A_recipe_or_start_that_is_not_there_fails_the_run_with_the_reason(string recipe, string init, string message) =>
        Failed(await storage.WorkAsync(storage.Plan("refused", init) with { Recipe = recipe }), ErrorCodes.TrainingInvalid, message);

    [Fact]
    public async Task What_storage_does_not_hold_fails_the_run_with_its_own_code()
    {
        Failed(await storage.WorkAsync(storage.Plan("refused") with { DatasetVersion = "0123456789abcdef" }), ErrorCodes.DatasetNotFound, "no curated set 'painted' 0123456789abcdef");
        Failed(await storage.WorkAsync(storage.Plan("refused", "20260101T000000Z-0123456789ab")), ErrorCodes.ModelNotFound, "no version");

        // A damaged shard is found before a step is taken, and nothing of the set is kept here.
        var set = await storage.CurateAsync("damaged", 13);
        var shard = storage.Account.Blobs.GetBlobContainerClient(Containers.Curated).GetBlobClient(BlobPaths.Curated("damaged", set.Version, set.Manifest.Splits[0].Shards[0].File));
        var bytes = (await shard.DownloadContentAsync(Cancel)).Value.Content.ToArray();
        bytes[^1] ^= 1;
        await shard.UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, Cancel);
        Failed(await storage.WorkAsync(storage.Plan("refused") with { Dataset = "damaged", DatasetVersion = set.Version }), ErrorCodes.CuratedSetInvalid, "differs from its hash");
        Assert.Empty(Directory.GetDirectories(Path.Combine(storage.Folder, "curated", "damaged")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_set_that_is_damaged_on_this_machine_is_fetched_again(bool gone)
    {
        var cache = new CuratedCache(storage.Account.Blobs.GetBlobContainerClient(Containers.Curated), Path.Combine(storage.Folder, $"mended-{gone}"));
        var set = await cache.GetAsync(WorkStorage.Dataset, storage.Set.Version, Cancel);
        var shard = Path.Combine(set.Folder, set.Manifest.Splits[0].Shards[0].File);
        var bytes = await File.ReadAllBytesAsync(shard, Cancel);
        if (gone)
            File.Delete(shard);
        else
            await File.WriteAllBytesAsync(shard, new byte[bytes.Length], Cancel);

        set = await cache.GetAsync(WorkStorage.Dataset, storage.Set.Version, Cancel);

        Assert.Equal(bytes, await File.ReadAllBytesAsync(shard, Cancel));
        Assert.Single(Directory.GetDirectories(Path.Combine(storage.Folder, $"mended-{gone}", WorkStorage.Dataset)));
        Assert.Equal(storage.Set.Version, set.Version);
    }

    [Fact]
    public void A_full_disk_leaves_the_run_to_another_delivery_and_a_broken_file_is_the_callers()
    {
        Assert.Null(TrainingWorker.Cause(new RoadSeg.Trainer.TrainerException("The checkpoint could not be written.", new IOException("No space left on device"))));
        Assert.Equal(ErrorCodes.TrainingInvalid, TrainingWorker.Cause(new RoadSeg.Trainer.TrainerException("The weights are cut short.", new EndOfStreamException()))!.Code);
    }

    [Fact]
    public async Task A_worker_that_is_told_to_end_hands_the_run_back_and_a_loss_that_is_no_number_ends_it()
    {
        var id = await storage.QueueAsync(storage.Plan("nan", settings: [("training.epochs", "1000"), ("training.evaluateEvery", "1000")]));
        using (var stop = new CancellationTokenSource())
        {
            var worker = Task.Run(() => storage.Worker().RunAsync(untilEmpty: true, stop.Token), Cancel);
            await storage.UntilAsync(id, run => run.Progress?.Step > 0);
            await stop.CancelAsync();
            await worker;
        }

        var waiting = await storage.RunAsync(id);
        Assert.Equal((TrainingState.Running, null, 1), (waiting.State, waiting.Owner, waiting.Attempt));
        Assert.Single((await storage.Queue.PeekMessagesAsync(32, Cancel)).Value);
        using var folder = new TempFolder();
        var blob = storage.Trainings.GetBlobClient(BlobPaths.TrainingFile(id, TrainingFiles.Last));
        await blob.DownloadToAsync(folder["last"], Cancel);
        var file = SafeTensors.Read(folder["last"]);
        var tensors = file.Tensors.ToDictionary();
        tensors["model.decoder.classify.bias"] = StoredTensor.Of([float.NaN, 0, 0, 0], 4);
        new SafeTensors(file.Metadata, tensors).Write(folder["last"]);
        await blob.UploadAsync(folder["last"], overwrite: true, Cancel);

        // A second attempt looks for what the first has published: a record of another run that cannot be read is in nobody's way.
        await storage.Account.Blobs.GetBlobContainerClient(Containers.Models).GetBlobClient(BlobPaths.ModelVersion("nan", "odd")).UploadAsync(BinaryData.FromString("{"), Cancel);

        await storage.Worker().RunAsync(untilEmpty: true, Cancel);

        var run = await storage.RunAsync(id);
        Assert.Equal(2, run.Attempt);
        Failed(run, ErrorCodes.TrainingInvalid, "The loss is NaN");
    }

    [Fact]
    public async Task A_message_that_came_too_often_ends_its_run()
    {
        var id = await storage.QueueAsync(storage.Plan("exhausted"));
        for (var delivery = 0; delivery < WorkOptions.MaxDeliveries; delivery++)
        {
            var message = (await storage.Queue.ReceiveMessageAsync(TimeSpan.FromSeconds(30), Cancel)).Value;
            await storage.Queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: TimeSpan.Zero, cancellationToken: Cancel);
        }

        await storage.Worker().RunAsync(untilEmpty: true, Cancel);

        Failed(await storage.RunAsync(id), ErrorCodes.AttemptsExhausted, "Workers died or failed");
        Assert.True(await storage.IsEmptyAsync());
    }

    [Fact]
    public void Settings_of_worker_and_gate_outside_their_range_are_named()
    {
        Assert.Contains("ROADSEG_WORK_LOCK is 'soon'", Assert.Throws<RoadSeg.Trainer.TrainerException>(() => WorkOptions.Read("x", name => name == "ROADSEG_WORK_LOCK" ? "soon" : null)).Message);
        Assert.Contains("ROADSEG_GATE_LATENCY is 'fast': write a number from 0.01 to 1000", Assert.Throws<RoadSeg.Trainer.TrainerException>(() => GateOptions.Read(name => name == "ROADSEG_GATE_LATENCY" ? "fast" : null)).Message);
        Assert.Equal(0.5, GateOptions.Read(name => name == "ROADSEG_GATE_MEAN_IOU_FLOOR" ? "0.5" : null).MeanIouFloor);
    }

    private static GateCheck Check(TrainingRecord run, string name) => run.Gate!.Checks.Single(check => check.Name == name);

    private static void Failed(TrainingRecord run, ErrorCode code, string message)
    {
        Assert.Equal((TrainingState.Failed, code.Code), (run.State, run.Failure?.Code));
        Assert.Contains(message, run.Failure!.Message);
        Assert.Null(run.Version);
    }

    // A succeeded job, with its photo, as the service leaves it.
    private async Task PhotoAsync()
    {
        var id = WorkId.New(TimeProvider.System);
        var now = TimeProvider.System.GetUtcNow();
        var (photo, _) = PaintedRoads.Paint(120, 80, new Random(7));
        await storage.Account.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromBytes(PhotoEncoder.Png(photo)), Cancel);
        var job = new JobRecord { Id = id, State = JobState.Succeeded, Source = new JobSource(Containers.Uploads, BlobPaths.Upload(id), null, "p.png"), Times = new JobTimes { CreatedAt = now } };
        await storage.Account.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(id)).UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(job, JobJson.Default.JobRecord)), Cancel);
        await storage.Account.Blobs.GetBlobContainerClient(Containers.JobsIndex).GetBlobClient(BlobPaths.IndexedJob(Callers.Local, now, id)).UploadAsync(BinaryData.FromString(""), Cancel);
    }
}
