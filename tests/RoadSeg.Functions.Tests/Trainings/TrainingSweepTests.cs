using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Trainings;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Trainings;

/// <summary>What the sweep repairs. A storage of its own: it looks at every run and at the whole queue.</summary>
public sealed class TrainingSweepTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly WorkOptions _options = new();
    private readonly StorageFixture _own = new();
    private BlobServiceClient _blobs = null!;
    private QueueServiceClient _queues = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TrainingStore Runs => new(_blobs, _queues, _clock);

    private QueueClient Queue => _queues.GetQueueClient(Queues.TrainingJobs);

    public async ValueTask InitializeAsync()
    {
        await _own.InitializeAsync();
        (_blobs, _queues) = (_own.Blobs, _own.Queues);
    }

    public ValueTask DisposeAsync() => _own.DisposeAsync();

    [Fact]
    public async Task A_queued_run_without_a_message_is_sent_again_once_and_one_with_a_message_is_left()
    {
        var (lost, waiting) = (await QueuedAsync(), WorkId.New(_clock));
        await Queue.ClearMessagesAsync(Cancel);
        await Runs.CreateAsync(waiting, Plan, Callers.Local, Cancel);
        await SweepAsync(TimeSpan.Zero);
        Assert.Equal([waiting], await MessagesAsync());

        await SweepAsync(_options.SweepAfter * 2);
        await SweepAsync(_options.SweepAfter * 3);

        Assert.Equal([waiting, lost], await MessagesAsync());
    }

    [Fact]
    public async Task A_run_whose_worker_gives_no_sign_for_the_lease_is_freed_and_sent_again()
    {
        var id = await QueuedAsync();
        var claimed = _clock.GetUtcNow();
        await Runs.TryMoveAsync(id, TrainingState.Running, now => now with { Attempt = 1, Owner = new WorkOwner("m1", claimed) }, Cancel);
        await Queue.ClearMessagesAsync(Cancel);

        await SweepAsync(_options.Lease - TimeSpan.FromSeconds(1));
        Assert.Empty(await MessagesAsync());
        await SweepAsync(_options.Lease + TimeSpan.FromSeconds(1));

        Assert.Equal([id], await MessagesAsync());
        var run = (await Runs.FindAsync(id, Cancel))!.Value;
        Assert.Equal((TrainingState.Running, null, 1), (run.State, run.Owner, run.Attempt));
    }

    [Fact]
    public async Task Markers_of_ended_runs_and_of_runs_that_were_never_made_are_taken_away()
    {
        var (ended, never) = (await QueuedAsync(), WorkId.New(_clock));
        await Runs.TryMoveAsync(ended, TrainingState.Canceled, now => now, Cancel);
        var markers = _blobs.GetBlobContainerClient(Containers.TrainingsActive);
        foreach (var id in (WorkId[])[ended, never])
            await markers.GetBlobClient(BlobPaths.ActiveTraining(id)).UploadAsync(BinaryData.FromString(""), overwrite: true, Cancel);

        await SweepAsync(TimeSpan.FromMinutes(5));
        Assert.False(await markers.GetBlobClient(BlobPaths.ActiveTraining(ended)).ExistsAsync(Cancel));
        Assert.True(await markers.GetBlobClient(BlobPaths.ActiveTraining(never)).ExistsAsync(Cancel));
        await SweepAsync(TimeSpan.FromMinutes(15));
        Assert.False(await markers.GetBlobClient(BlobPaths.ActiveTraining(never)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_run_is_sent_again_only_where_all_that_waits_before_it_can_be_seen()
    {
        var lost = await QueuedAsync();
        await Queue.ClearMessagesAsync(Cancel);
        for (var i = 0; i < 31; i++)
            await Queue.SendMessageAsync("another's", Cancel);
        var last = (await Queue.SendMessageAsync("another's", Cancel)).Value;
        await SweepAsync(_options.SweepAfter * 2);
        Assert.Equal(32, (await Queue.GetPropertiesAsync(Cancel)).Value.ApproximateMessagesCount);

        await Queue.DeleteMessageAsync(last.MessageId, last.PopReceipt, Cancel);
        await SweepAsync(_options.SweepAfter * 2);
        Assert.Contains(lost.ToString(), (await Queue.PeekMessagesAsync(32, Cancel)).Value[^1].Body.ToString(), StringComparison.Ordinal);
    }

    // "One unreadable record ends every pass, and later runs are never repaired."
    [Fact]
    public async Task A_record_that_cannot_be_read_keeps_no_other_run_from_its_repair()
    {
        var good = new List<WorkId>();
        for (var i = 0; i < 12; i++)
        {
            good.Add(await QueuedAsync());
            if (i % 4 == 0)
                await _blobs.GetBlobContainerClient(Containers.Trainings).GetBlobClient(BlobPaths.Training(await QueuedAsync())).UploadAsync(BinaryData.FromString(Unreadable[i / 4]), overwrite: true, Cancel);
        }

        await Queue.ClearMessagesAsync(Cancel);
        await SweepAsync(_options.SweepAfter * 2);

        Assert.Equal(good.Select(id => id.ToString()).Order(), (await MessagesAsync()).Select(id => id.ToString()).Order());
    }

    private static readonly string[] Unreadable = ["{ \"state\": 7", "null", "[]"];

    private static TrainingPlan Plan => new("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "camvid-mnv2", "live", true);

    private async Task<WorkId> QueuedAsync() => (await Runs.CreateAsync(WorkId.New(_clock), Plan, Callers.Local, Cancel)).Value.Id;

    private Task SweepAsync(TimeSpan later) =>
        new TrainingSweep(_blobs, _queues, Runs, _options, new FakeTimeProvider(_clock.GetUtcNow() + later), NullLogger<TrainingSweep>.Instance).RunAsync(Cancel);

    private async Task<WorkId[]> MessagesAsync() =>
        [.. (await Queue.PeekMessagesAsync(32, Cancel)).Value.Select(message => JsonSerializer.Deserialize(message.Body.ToMemory().Span, TrainingJson.Default.TrainingMessage)!.TrainingId)];
}
