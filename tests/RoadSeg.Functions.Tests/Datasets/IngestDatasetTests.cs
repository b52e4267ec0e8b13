using System.IO.Compression;
using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Functions.Datasets;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>What becomes of a dropped data set, whatever its events do.</summary>
[Collection("dropped data sets")]
public sealed class IngestDatasetTests(DropStorage own) : IDisposable
{
    private readonly TestDrops _drops = new(own.Storage);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _drops.Dispose();

    [Fact]
    public async Task A_dropped_set_becomes_a_curated_version_with_its_report_and_its_manifest_opens()
    {
        await _drops.RunAsync(await _drops.DropAsync(), "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Ready, null, null, null), (set.State, set.Owner, set.Progress, set.Failure));
        Assert.NotNull(set.FinishedAt);
        Assert.Equal([set.Version!], set.Versions);
        var report = await _drops.ReportAsync(set.Version!);
        Assert.Equal((12L, set.Version), (report.Usable, report.Version));
        var manifest = (await _drops.Curated.GetBlobClient(BlobPaths.Curated(_drops.Name, set.Version!, CuratedManifest.FileName)).DownloadContentAsync(Cancel)).Value.Content.ToArray();
        Assert.Equal(set.Version, CuratedManifest.VersionOf(manifest));
        var stored = await _drops.StoredAsync();
        Assert.All(CuratedManifest.Parse(manifest).Splits.SelectMany(split => split.Shards), shard => Assert.Contains($"{set.Version}/{shard.File}", stored));
        Assert.Contains($"{set.Version}/report.html", stored);
        Assert.Contains($"{set.Version}/faults.jsonl", stored);
    }

    [Fact]
    public async Task An_archive_beside_its_description_gives_the_version_that_its_files_would()
    {
        var files = _drops.Write(6, 11);
        await _drops.RunAsync(await _drops.DropZipAsync(zip =>
        {
            foreach (var file in Directory.EnumerateFiles(files, "*.png", SearchOption.AllDirectories))
                zip.CreateEntryFromFile(file, Path.GetRelativePath(files, file));
        }), "m1");
        var packed = await _drops.RecordAsync();

        await _drops.Datasets.GetBlobClient($"{_drops.Name}/set.zip").DeleteAsync(cancellationToken: Cancel);
        await _drops.RunAsync(await _drops.DropAsync(6), "m2");

        Assert.Equal(DatasetState.Ready, packed.State);
        var manifest = (await _drops.Curated.GetBlobClient(BlobPaths.Curated(_drops.Name, packed.Version!, CuratedManifest.FileName)).DownloadContentAsync(Cancel)).Value.Content.ToArray();
        Assert.Equal(6, CuratedManifest.Parse(manifest).Splits.Sum(split => split.Samples));
        Assert.Equal(6, (await _drops.ReportAsync((await _drops.RecordAsync()).Version!)).Usable);
    }

    [Fact]
    public async Task A_hostile_archive_fails_the_drop_and_nothing_of_it_is_kept()
    {
        await _drops.RunAsync(await _drops.DropZipAsync(zip =>
        {
            using var entry = new StreamWriter(zip.CreateEntry("../../escape.png").Open());
            entry.Write("x");
        }), "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "dataset-archive-refused", false), (set.State, set.Failure!.Code, set.Failure.Retryable));
        Assert.Null(set.Version);
        Assert.Equal(["failed/faults.jsonl", "failed/report.html", "failed/report.json", "record.json"], await _drops.StoredAsync());
        Assert.Equal("dataset-archive-refused", (await _drops.ReportAsync(DatasetCurator.FailedFolder)).Problem!.Code);
        var page = (await _drops.Curated.GetBlobClient(BlobPaths.Curated(_drops.Name, DatasetCurator.FailedFolder, DatasetCurator.PageFile)).DownloadContentAsync(Cancel)).Value.Content.ToString();
        Assert.Contains("no plain relative path", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>", page.Trim(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_no_disk_can_hold_fails_the_drop_at_once_with_its_reason()
    {
        await _drops.RunAsync(await _drops.DropZipAsync(zip =>
        {
            foreach (var name in new[] { "train", "train/a.png" })
            {
                using var entry = new StreamWriter(zip.CreateEntry(name).Open());
                entry.Write("x");
            }
        }), "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "dataset-archive-refused"), (set.State, set.Failure!.Code));
        Assert.Contains("a file and a folder of one name", set.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_more_than_allowed_is_refused()
    {
        await _drops.RunAsync(await _drops.DropZipAsync(zip =>
        {
            using var entry = zip.CreateEntry("zeros.bin", CompressionLevel.NoCompression).Open();
            entry.Write(new byte[2 << 20]);
        }), "m1", new IngestOptions { MaxUnpackedBytes = 1 << 20 });

        Assert.Equal("dataset-archive-refused", (await _drops.RecordAsync()).Failure!.Code);
    }

    [Fact]
    public async Task A_set_that_cannot_be_used_fails_with_its_report_and_the_earlier_version_stays()
    {
        await _drops.RunAsync(await _drops.DropAsync(), "m1");
        var before = await _drops.RecordAsync();

        // Ids 12 to 59 mean nothing to CamVid's map.
        await _drops.RunAsync(await _drops.DropAsync(classes: 60), "m2");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "dataset-labels-unknown", before.Version), (set.State, set.Failure!.Code, set.Version));
        Assert.Equal(before.Versions, set.Versions);
        var report = await _drops.ReportAsync(DatasetCurator.FailedFolder);
        Assert.Equal((set.Failure.Code, set.Failure.Message), (report.Problem!.Code, report.Problem.Message));
        Assert.NotEmpty(report.Values);
        Assert.Equal(12, (await _drops.ReportAsync(before.Version!)).Usable);

        await _drops.RunAsync(await _drops.DropAsync(), "m3");
        Assert.Equal((DatasetState.Ready, null, before.Version), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Failure, (await _drops.RecordAsync()).Version));
    }

    [Theory]
    [InlineData("{", "breaks its form")]
    [InlineData("""{"name":"NAME","layout":"camvid","trian":{}}""", "trian")]
    [InlineData("""{"name":"other","layout":"camvid"}""", "called 'other'")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"recipe":"../x"}}""", "'recipe'")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"epochs":"5"}}""", "breaks that form")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"recipe":"nope"}}""", "There is no recipe 'nope'")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"settings":{"training.epochs":"-1"}}}""", "epochs is 1 to 100000, not -1")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"settings":{"training.epoks":"1"}}}""", "training.epoks")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"init":"20260101T000000Z-000000000000"}}""", "has no version")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"model":"nobody-serves-this"}}""", "serves no model")]
    [InlineData("""{"name":"NAME","layout":"camvid","train":{"dataset":"other"}}""", "leave out dataset")]
    public async Task A_description_that_cannot_be_used_fails_the_drop_before_anything_is_curated(string json, string says)
    {
        await new RoadSeg.Datasets.Files.DatasetPush(_drops.Datasets).UploadAsync(_drops.Write(3, 11), _drops.Spec(null), null, Cancel);
        await _drops.RunAsync(await _drops.DescribeAsync(Encoding.UTF8.GetBytes(json.Replace("NAME", _drops.Name, StringComparison.Ordinal))), "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "dataset-invalid"), (set.State, set.Failure!.Code));
        Assert.Contains(says, set.Failure.Message, StringComparison.Ordinal);
        Assert.Empty(set.Versions);
        Assert.DoesNotContain(await _drops.StoredAsync(), name => name.EndsWith("manifest.json", StringComparison.Ordinal));
    }

    // The default was 256x256 stretched, on which a run cannot pass the gate: it learnt at another size than it was judged at.
    [Fact]
    public async Task A_set_that_asks_for_no_size_has_that_of_the_live_models_input_and_its_report_says_so()
    {
        await new RoadSeg.Datasets.Files.DatasetPush(_drops.Datasets).UploadAsync(_drops.Write(3, 11), _drops.Spec(null) with { Target = null }, null, Cancel);
        await _drops.RunAsync(await _drops.DescribeAsync("""{"layout":"camvid"}"""u8.ToArray()), "m1");
        var live = await _drops.ReportAsync((await _drops.RecordAsync()).Version!);
        await _drops.RunAsync(await _drops.DescribeAsync("""{"layout":"camvid","target":{"mode":"stretch","width":256,"height":256,"multipleOf":1}}"""u8.ToArray()), "m2");
        var asked = await _drops.ReportAsync((await _drops.RecordAsync()).Version!);

        Assert.Equal(_drops.ServedInput, live.Target);
        Assert.Contains(live.Notes, note => note.Contains($"{_drops.ServedModel}@", StringComparison.Ordinal) && note.Contains("640x480", StringComparison.Ordinal));
        Assert.Equal(new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1), asked.Target);
        Assert.DoesNotContain(asked.Notes, note => note.Contains("target", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Three_events_of_one_drop_at_once_and_a_redelivery_make_one_version_and_one_training_run()
    {
        var created = await _drops.DropAsync(train: """{"recipe":"smoke","settings":{"training.epochs":"2"}}""");

        await Task.WhenAll(Enumerable.Range(1, 3).Select(i => _drops.RunAsync(created, $"m{i}")));
        for (var i = 1; i <= 3; i++)
            await _drops.RunAsync(created, $"m{i}");

        var set = await _drops.RecordAsync();
        Assert.Equal(DatasetState.Ready, set.State);
        Assert.Single(set.Versions);
        Assert.Equal(WorkId.ForDrop(Containers.Trainings, _drops.Name, set.Drop), set.Training);
        var run = (await _drops.Trainings.FindAsync(set.Training!.Value, Cancel))!.Value;
        Assert.Equal(
            (TrainingState.Queued, Callers.Local, _drops.Name, set.Version, "smoke", _drops.ServedModel, "live", true),
            (run.State, run.Caller, run.Plan.Dataset, run.Plan.DatasetVersion, run.Plan.Recipe, run.Plan.Model, run.Plan.Init, run.Plan.Promote));
        Assert.Equal("2", run.Plan.Settings["training.epochs"]);
        Assert.Single(await _drops.MessagesAsync(Queues.TrainingJobs, set.Training.Value.ToString()));
    }

    [Fact]
    public async Task The_same_content_dropped_again_is_the_same_version_and_a_training_run_of_its_own()
    {
        await _drops.RunAsync(await _drops.DropAsync(train: "{}"), "m1");
        var first = await _drops.RecordAsync();

        await _drops.RunAsync(await _drops.DropAsync(train: "{}"), "m2");

        var second = await _drops.RecordAsync();
        Assert.NotEqual(first.Drop, second.Drop);
        Assert.Equal(first.Version, second.Version);
        Assert.Single(second.Versions);
        Assert.NotEqual(first.Training, second.Training);
    }

    [Fact]
    public async Task A_worker_killed_before_the_manifest_was_stored_is_followed_by_its_redelivery_and_by_nobody_else()
    {
        var created = await _drops.DropAsync(train: "{}");
        await _drops.RunAsync(created, "m1");
        var done = await _drops.RecordAsync();

        // What a kill between the last shard and the manifest leaves.
        await _drops.Curated.GetBlobClient(BlobPaths.Curated(_drops.Name, done.Version!, CuratedManifest.FileName)).DeleteAsync(cancellationToken: Cancel);
        var left = await KilledAsync("m1");
        await _drops.RunAsync(created, "m2");
        Assert.Equal(left, (await _drops.Store.FindAsync(_drops.Name, Cancel))!.ETag);
        await _drops.RunAsync(created, "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Ready, done.Version, done.Training), (set.State, set.Version, set.Training));
        Assert.Contains($"{set.Version}/manifest.json", await _drops.StoredAsync());
        Assert.Single(await _drops.MessagesAsync(Queues.TrainingJobs, set.Training!.Value.ToString()));
    }

    [Fact]
    public async Task A_worker_killed_between_the_training_run_and_the_record_makes_no_second_run()
    {
        var created = await _drops.DropAsync(train: "{}");
        await _drops.RunAsync(created, "m1");
        var done = await _drops.RecordAsync();

        await KilledAsync("m1");
        await _drops.RunAsync(created, "m1");

        Assert.Equal((DatasetState.Ready, done.Training), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Training));
        Assert.Single(await _drops.MessagesAsync(Queues.TrainingJobs, done.Training!.Value.ToString()));
    }

    [Theory]
    [InlineData("images/1.png")]
    [InlineData("deeper/dataset.json")]
    [InlineData("DATASET.JSON")]
    public async Task An_event_about_another_file_changes_nothing(string file)
    {
        await _drops.DropAsync(2);

        await _drops.RunAsync(BlobCreatedEvent.For(Containers.Datasets, $"{_drops.Name}/{file}", "0x1", 1), "m1");

        Assert.Null(await _drops.Store.FindAsync(_drops.Name, Cancel));
    }

    [Fact]
    public async Task A_newer_drop_takes_the_set_at_once_and_the_older_ones_late_event_changes_nothing()
    {
        var older = await _drops.DropAsync(4);
        Assert.NotNull(await _drops.Claim.TakeAsync(_drops.Name, older, TestDrops.Message(older, "m1"), Cancel));
        var newer = await _drops.DropAsync(5);

        await _drops.RunAsync(newer, "m2");
        await _drops.RunAsync(older, "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Ready, newer.Data.ETag), (set.State, set.Drop));
        Assert.Equal(5, (await _drops.ReportAsync(set.Version!)).Usable);
    }

    [Fact]
    public async Task A_drop_that_takes_too_long_fails_and_says_how_to_go_on()
    {
        await _drops.RunAsync(await _drops.DropAsync(), "m1", new IngestOptions { Budget = TimeSpan.FromTicks(1) });

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "deadline-exceeded"), (set.State, set.Failure!.Code));
        Assert.Contains($"./roadseg dataset push curated/{_drops.Name}/", set.Failure.Message, StringComparison.Ordinal);
        Assert.Equal("deadline-exceeded", (await _drops.ReportAsync(DatasetCurator.FailedFolder)).Problem!.Code);
    }

    [Fact]
    public async Task Of_drops_that_have_ended_nothing_is_left_on_the_machines_disk()
    {
        await _drops.RunAsync(await _drops.DropAsync(3), "m1");
        await _drops.RunAsync(await _drops.DropAsync(3, classes: 60), "m2");
        await _drops.RunAsync(await _drops.DropAsync(3), "m3", new IngestOptions { Budget = TimeSpan.FromTicks(1) });

        // Other processes of the user have their folders there too, which come and go.
        var parent = Path.Combine(Path.GetTempPath(), $"roadseg-ingest-{Environment.UserName}");
        Assert.DoesNotContain(Directory.EnumerateFiles(parent, "*.json", SearchOption.AllDirectories), SpeaksOfIt);

        bool SpeaksOfIt(string file)
        {
            try
            {
                return $"{file} {File.ReadAllText(file)}".Contains(_drops.Name, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task A_poisoned_event_ends_its_drop_and_leaves_every_other_alone()
    {
        var created = await _drops.DropAsync(3);
        await _drops.Claim.TakeAsync(_drops.Name, created, TestDrops.Message(created, "m1"), Cancel);
        await _drops.Store.AmendAsync(_drops.Name, record => record with { Progress = new DatasetProgress("reading", 1, 3) }, Cancel);

        await _drops.Poison.RunAsync(TestDrops.Message(created, "p1"), Cancel);
        var failed = await _drops.RecordAsync();
        Assert.Equal((null, null), (failed.Owner, failed.Progress));
        Assert.NotNull(failed.FinishedAt);
        Assert.Equal((DatasetState.Failed, "attempts-exhausted", true), (failed.State, failed.Failure!.Code, failed.Failure.Retryable));

        await _drops.RunAsync(await _drops.DropAsync(3), "m2");
        await _drops.Poison.RunAsync(TestDrops.Message(created, "p2"), Cancel);
        Assert.Equal(DatasetState.Ready, (await _drops.RecordAsync()).State);
    }

    // The record as a dead worker leaves it.
    private async Task<Azure.ETag> KilledAsync(string message)
    {
        var killed = await _drops.Store.TryMoveAsync(_drops.Name, DatasetState.Checking, record => record with
        {
            Owner = new WorkOwner(message, TimeProvider.System.GetUtcNow()),
            Training = null,
            Version = null,
            Versions = [],
        }, Cancel);
        return killed.Document!.ETag;
    }
}
