using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Datasets;
using RoadSeg.Functions.Datasets;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>Drops whose event was lost or whose worker is gone, and how far a drop is.</summary>
[Collection("dropped data sets")]
public sealed class DatasetSweepTests(DropStorage own) : IAsyncLifetime
{
    private readonly TestDrops _drops = new(own.Storage);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await ForgetAsync();

    public ValueTask DisposeAsync()
    {
        _drops.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_drop_whose_event_was_lost_gets_it_again_and_is_checked()
    {
        await _drops.DropAsync(3);
        await _drops.Sweep(TimeProvider.System, TimeSpan.FromMinutes(1)).RunAsync(Cancel);
        Assert.Empty(await SentAsync());

        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);

        await _drops.RunAsync(BlobCreatedEvent.TryParse(System.Text.Encoding.UTF8.GetBytes(Assert.Single(await SentAsync())))!, "m1");
        Assert.Equal(DatasetState.Ready, (await _drops.RecordAsync()).State);
        await ForgetAsync();
        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);
        Assert.Empty(await SentAsync());
    }

    [Fact]
    public async Task A_drop_whose_worker_is_gone_is_taken_from_it_and_its_event_sent_again()
    {
        var created = await _drops.DropAsync(3);
        await _drops.Claim.TakeAsync(_drops.Name, created, TestDrops.Message(created, "lost"), Cancel);
        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);
        Assert.Empty(await SentAsync());

        await _drops.Sweep(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(13)), TimeSpan.Zero).RunAsync(Cancel);

        Assert.Null((await _drops.RecordAsync()).Owner);
        await _drops.RunAsync(BlobCreatedEvent.TryParse(System.Text.Encoding.UTF8.GetBytes(Assert.Single(await SentAsync())))!, "m2");
        Assert.Equal(DatasetState.Ready, (await _drops.RecordAsync()).State);
    }

    [Fact]
    public async Task A_folder_without_a_description_is_a_drop_under_way_and_left_alone()
    {
        await _drops.Datasets.GetBlobClient($"{_drops.Name}/train/a_1.png").UploadAsync(BinaryData.FromString("x"), Cancel);

        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);

        Assert.Empty(await SentAsync());
    }

    // The sweeps of jobs, runs and sets had three error policies.
    [Theory]
    [InlineData("{ \"state\": 7")]
    [InlineData("null")]
    public async Task A_record_that_cannot_be_read_keeps_no_other_drop_from_its_repair(string content)
    {
        // Names sort before and after the good one's.
        foreach (var name in (string[])["a-broken", "z-broken"])
        {
            await _drops.Datasets.GetBlobClient(BlobPaths.DatasetSpec(name)).UploadAsync(BinaryData.FromString("{}"), overwrite: true, Cancel);
            await _drops.Curated.GetBlobClient(BlobPaths.Dataset(name)).UploadAsync(BinaryData.FromString(content), overwrite: true, Cancel);
        }

        await _drops.DropAsync(1);
        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);

        Assert.Single(await SentAsync());
    }

    // A poisoned event must not end the check that a newer one began: see FailPoisonedTests.
    [Fact]
    public async Task A_poisoned_event_leaves_a_drop_to_the_newer_event_that_the_sweep_sent()
    {
        var created = await _drops.DropAsync(3);
        await _drops.Claim.TakeAsync(_drops.Name, created, TestDrops.Message(created, "lost"), Cancel);
        await _drops.Sweep(new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(13)), TimeSpan.Zero).RunAsync(Cancel);
        var newer = BlobCreatedEvent.TryParse(System.Text.Encoding.UTF8.GetBytes(Assert.Single(await SentAsync())))!;

        await _drops.Poison.RunAsync(TestDrops.Message(created with { EventTime = "2026-03-01T12:00:00Z" }, "p1"), Cancel);
        Assert.Equal((DatasetState.Checking, null), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Owner));
        Assert.NotNull(await _drops.Claim.TakeAsync(_drops.Name, newer, TestDrops.Message(newer, "m2"), Cancel));
        await _drops.Poison.RunAsync(TestDrops.Message(created, "p2"), Cancel);
        Assert.Equal("m2", (await _drops.RecordAsync()).Owner!.MessageId);

        await _drops.Poison.RunAsync(TestDrops.Message(newer, "p3"), Cancel);
        Assert.Equal((DatasetState.Failed, "attempts-exhausted"), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Failure!.Code));
    }

    [Fact]
    public async Task Progress_shows_in_the_record_and_a_worker_that_lost_its_drop_is_stopped()
    {
        var created = await _drops.DropAsync(2);
        var message = TestDrops.Message(created, "m1");
        await _drops.Claim.TakeAsync(_drops.Name, created, message, Cancel);
        await using var progress = new IngestProgress(_drops.Store, _drops.Name, message, TimeSpan.FromMinutes(1), TimeProvider.System, Cancel);

        progress.Report(new DatasetProgress("reading", 7, 20));
        await ShownAsync(new DatasetProgress("reading", 7, 20));
        await _drops.Claim.TakeAsync(_drops.Name, await _drops.DropAsync(2), TestDrops.Message(created, "m2"), Cancel);
        progress.Report(new DatasetProgress("reading", 8, 20));

        var stopped = new TaskCompletionSource();
        await using var registration = progress.Stop.Register(stopped.SetResult);
        await stopped.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.True(progress.Overtaken);
        Assert.Equal(("m2", null), ((await _drops.RecordAsync()).Owner!.MessageId, (await _drops.RecordAsync()).Progress));
    }

    [Fact]
    public async Task While_storage_takes_no_progress_the_work_goes_on_and_it_is_told_later()
    {
        var message = TestDrops.Message(await _drops.DropAsync(2), "m1");
        await _drops.Claim.TakeAsync(_drops.Name, BlobCreatedEvent.TryParse(message.Body)!, message, Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(own.Storage);
        var refused = 0;
        faults.Refuses = (method, _) => method == "PUT" && Interlocked.Increment(ref refused) > 0;
        await using var progress = Progress(blobs, message);
        progress.Report(new DatasetProgress("reading", 7, 20));
        await Eventually.TrueAsync(() => Volatile.Read(ref refused) > 0, "a refusal");

        faults.Refuses = static (_, _) => false;
        await ShownAsync(new DatasetProgress("reading", 7, 20));

        Assert.False(progress.Stop.IsCancellationRequested);
    }

    // Or the sweep would take the drop from a worker that lives: reading a large archive has no step to report.
    [Fact]
    public async Task Work_without_a_step_to_report_renews_its_hold_on_the_drop_every_minute()
    {
        var message = TestDrops.Message(await _drops.DropAsync(2), "m1");
        await _drops.Claim.TakeAsync(_drops.Name, BlobCreatedEvent.TryParse(message.Body)!, message, Cancel);
        var began = (await _drops.RecordAsync()).Owner!.Since;
        var time = new FakeTimeProvider(began);
        await using var progress = new IngestProgress(_drops.Store, _drops.Name, message, TimeSpan.FromHours(1), time, Cancel);

        // Time goes on a second at each look.
        var held = (await Eventually.GetAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return await _drops.RecordAsync();
            },
            "the renewal", record => record.Owner!.Since != began)).Owner!;
        Assert.Equal("m1", held.MessageId);
        Assert.InRange(held.Since - began, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_any_more_is_told_by_the_work_that_reports_into_it()
    {
        var message = TestDrops.Message(await _drops.DropAsync(2), "m1");
        await _drops.Claim.TakeAsync(_drops.Name, BlobCreatedEvent.TryParse(message.Body)!, message, Cancel);
        await _drops.Curated.GetBlobClient(BlobPaths.Dataset(_drops.Name)).UploadAsync(BinaryData.FromString("{"), overwrite: true, Cancel);
        var (blobs, faults) = StorageFaults.BlobsOf(own.Storage);
        var (reads, progress) = (0, Progress(blobs, message));
        faults.Fails = (_, _) => Interlocked.Increment(ref reads) < 0;

        progress.Report(new DatasetProgress("reading", 7, 20));
        await Eventually.TrueAsync(() => Volatile.Read(ref reads) > 0, "the reading of the record");

        // What was read is looked at behind the work, which sees nothing of it before it ends; and to end stops a reading.
        await Task.Delay(TimeSpan.FromSeconds(1), Cancel);

        await Assert.ThrowsAsync<JsonException>(() => progress.DisposeAsync().AsTask());
    }

    private async Task ShownAsync(DatasetProgress progress) =>
        await Eventually.GetAsync(async () => await _drops.RecordAsync(), "progress in the record", record => record.Progress == progress);

    private IngestProgress Progress(BlobServiceClient blobs, QueueMessage message) =>
        new(new DatasetStore(blobs, TimeProvider.System), _drops.Name, message, TimeSpan.FromMinutes(1), TimeProvider.System, Cancel);

    private Task<string[]> SentAsync() => _drops.MessagesAsync(Queues.DatasetsCreated, $"/{_drops.Name}/dataset.json");

    private async Task ForgetAsync() => await own.Storage.Queues.GetQueueClient(Queues.DatasetsCreated).ClearMessagesAsync(Cancel);
}
