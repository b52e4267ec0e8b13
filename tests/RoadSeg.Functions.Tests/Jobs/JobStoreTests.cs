using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Jobs;

public sealed class JobStoreTests(StorageFixture storage)
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly BlobServiceClient _blobs = storage.Blobs;

    private CancellationToken Cancel => TestContext.Current.CancellationToken;

    private JobStore Store => new(_blobs, storage.Queues, _clock);

    [Fact]
    public async Task A_job_that_was_never_made_is_not_found()
    {
        Assert.Null(await Store.FindAsync(WorkId.New(_clock), Cancel));

        var move = await Store.TryMoveAsync(WorkId.New(_clock), JobState.Received, record => record, Cancel);
        Assert.Equal(new Change<JobRecord>(false, null), move);
    }

    [Fact]
    public async Task A_record_lies_by_caller_and_age_and_needs_no_entry_in_the_index()
    {
        var id = WorkId.New(_clock, "key-a");
        await Store.CreateAsync(Received() with { Id = id, Caller = "key-a" }, Cancel);

        Assert.Equal($"callers/{WorkId.PartitionOf("key-a")}/998227633599999-{id}.json", BlobPaths.Job(id));
        Assert.True(await _blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(id)).ExistsAsync(Cancel));
        await foreach (var entry in _blobs.GetBlobContainerClient(Containers.JobsIndex).GetBlobsAsync(cancellationToken: Cancel))
            Assert.DoesNotContain(id.ToString(), entry.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_record_from_before_records_lay_by_caller_is_found_moved_and_not_made_twice()
    {
        var id = WorkId.New(_clock);
        var old = _blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient($"{id}.json");
        await old.UploadAsync(BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(Received() with { Id = id }, JobJson.Default.JobRecord)), Cancel);
        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(id, (await Store.FindAsync(id, Cancel))!.Value.Id);
        Assert.False((await Store.CreateAsync(Received() with { Id = id }, Cancel)).Done);
        Assert.True((await Store.AmendAsync(id, record => record with { Attempt = 7 }, Cancel)).Done);
        Assert.True((await Store.TryMoveAsync(id, JobState.Queued, record => record, Cancel, await Store.FindAsync(id, Cancel))).Done);
        Assert.True((await Store.TryFailAsync(id, new RoadSegException(ErrorCodes.DeadlineExceeded, "Late."), static _ => true, Cancel)).Done);

        var moved = JsonSerializer.Deserialize((await old.DownloadContentAsync(Cancel)).Value.Content, JobJson.Default.JobRecord)!;
        Assert.Equal((7, JobState.Failed), (moved.Attempt, moved.State));
        Assert.False(await _blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(id)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task Of_many_that_make_one_job_at_once_one_makes_it()
    {
        var record = Received();

        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Store.CreateAsync(record with { Attempt = i }, Cancel)));

        var winner = Assert.Single(made, move => move.Done).Document!.Value;
        Assert.All(made, move => Assert.Equal(winner.Attempt, move.Document!.Value.Attempt));
        Assert.Equal(winner.Attempt, (await Store.FindAsync(record.Id, Cancel))!.Value.Attempt);
    }

    [Fact]
    public async Task Of_many_that_move_a_job_at_once_one_moves_it()
    {
        var job = (await Store.CreateAsync(Received(), Cancel)).Document!.Value;

        var moves = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            Store.TryMoveAsync(job.Id, JobState.Queued, record => record.State == JobState.Received ? record : null, Cancel)));

        Assert.Single(moves, move => move.Done);
        Assert.All(moves, move => Assert.Equal(JobState.Queued, move.Document!.Value.State));
    }

    [Fact]
    public async Task A_move_from_a_stale_record_sees_the_newer_one_before_it_changes_anything()
    {
        var stale = (await Store.CreateAsync(Received(), Cancel)).Document!;
        await Store.TryMoveAsync(stale.Value.Id, JobState.Canceled, record => record, Cancel);
        var seen = new List<JobState>();

        var move = await Store.TryMoveAsync(stale.Value.Id, JobState.Queued, record =>
        {
            seen.Add(record.State);
            return record.State == JobState.Received ? record : null;
        }, Cancel, stale);

        Assert.False(move.Done);
        Assert.Equal([JobState.Received, JobState.Canceled], seen);
    }

    [Fact]
    public async Task A_move_the_design_does_not_name_is_refused()
    {
        var job = (await Store.CreateAsync(Received(), Cancel)).Document!.Value;

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Store.TryMoveAsync(job.Id, JobState.Succeeded, record => record, Cancel));

        Assert.Equal($"jobs/{BlobPaths.Job(job.Id)} cannot move from Received to Succeeded.", refused.Message);
    }

    [Fact]
    public async Task Entering_states_keeps_their_times_and_ends_the_ownership()
    {
        var id = (await Store.CreateAsync(Received(), Cancel)).Document!.Value.Id;
        foreach (var state in new[] { JobState.Queued, JobState.Running, JobState.Succeeded })
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Store.TryMoveAsync(id, state, record => record, Cancel);
        }

        var job = (await Store.FindAsync(id, Cancel))!.Value;
        Assert.Equal([1, 2, 3], new[] { job.Times.QueuedAt, job.Times.StartedAt, job.Times.FinishedAt }.Select(at => (int)(at - job.Times.CreatedAt)!.Value.TotalSeconds));
        Assert.Null(job.Owner);
    }

    [Fact]
    public async Task The_active_marker_lives_as_long_as_the_job_does()
    {
        var record = Received();
        var marker = _blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(record.Caller, record.Id));

        await Store.CreateAsync(record, Cancel);
        Assert.True(await marker.ExistsAsync(Cancel));

        await Store.TryMoveAsync(record.Id, JobState.Failed, job => job, Cancel);
        Assert.False(await marker.ExistsAsync(Cancel));

        // A late duplicate of the event that made the job.
        Assert.False((await Store.CreateAsync(record, Cancel)).Done);
        Assert.False(await marker.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task The_end_of_a_job_with_a_webhook_is_told_before_the_marker_goes()
    {
        var webhooks = storage.Queues.GetQueueClient(Queues.WebhookDeliveries);
        var record = Received() with { Webhook = new JobWebhook { Url = "https://example.com/hook" } };
        await Store.CreateAsync(record, Cancel);
        await Store.TryMoveAsync(record.Id, JobState.Canceled, job => job, Cancel);

        // Other tests' messages lie there too, more than one call takes.
        var told = new List<string>();
        while ((await webhooks.ReceiveMessagesAsync(32, cancellationToken: Cancel)).Value is { Length: > 0 } more)
            told.AddRange(more.Select(message => message.Body.ToString()));
        Assert.Contains($$"""{"jobId":"{{record.Id}}","attempt":1}""", told);
    }

    [Fact]
    public async Task Where_the_end_cannot_be_told_the_marker_stays_for_the_sweep_to_tell_it()
    {
        var (queues, faults) = StorageFaults.QueuesOf(storage);
        var store = new JobStore(_blobs, queues, _clock);
        var record = Received() with { Webhook = new JobWebhook { Url = "https://example.com/hook" } };
        var marker = _blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(record.Caller, record.Id));
        await store.CreateAsync(record, Cancel);

        faults.Fails = static (_, _) => true;
        await Assert.ThrowsAnyAsync<Exception>(() => store.TryMoveAsync(record.Id, JobState.Canceled, job => job, Cancel));
        Assert.True(await marker.ExistsAsync(Cancel));

        faults.Fails = static (_, _) => false;
        await store.SettleAsync((await store.FindAsync(record.Id, Cancel))!.Value, Cancel);
        Assert.False(await marker.ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_job_that_is_half_made_has_its_marker_for_the_sweep_and_no_place_in_the_list()
    {
        var (blobs, faults) = StorageFaults.BlobsOf(storage);
        var record = Received();
        faults.Fails = static (method, path) => method == "PUT" && path.StartsWith(Containers.Jobs + "/", StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(() => new JobStore(blobs, storage.Queues, _clock).CreateAsync(record, Cancel));

        Assert.True(await _blobs.GetBlobContainerClient(Containers.JobsActive).GetBlobClient(BlobPaths.ActiveJob(record.Caller, record.Id)).ExistsAsync(Cancel));
        Assert.False(await _blobs.GetBlobContainerClient(Containers.JobsIndex).GetBlobClient(BlobPaths.IndexedJob(record.Caller, record.Times.CreatedAt, record.Id)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_job_that_joins_its_line_anew_says_when_it_did()
    {
        var id = (await Store.CreateAsync(Received(), Cancel)).Document!.Value.Id;
        await Store.TryMoveAsync(id, JobState.Queued, record => record, Cancel);
        _clock.Advance(TimeSpan.FromMinutes(3));

        var again = await Store.TryMoveAsync(id, JobState.Queued, record => record, Cancel);

        Assert.Equal(_clock.GetUtcNow(), again.Document!.Value.Times.QueuedAt);
    }

    [Fact]
    public async Task A_job_that_is_received_again_keeps_when_it_came_and_one_that_runs_again_says_when_it_began()
    {
        var first = (await Store.CreateAsync(Received(), Cancel)).Document!.Value;
        _clock.Advance(TimeSpan.FromMinutes(3));
        var again = await Store.TryMoveAsync(first.Id, JobState.Received, record => record, Cancel);
        Assert.Equal(first.Times.ReceivedAt, again.Document!.Value.Times.ReceivedAt);

        await Store.TryMoveAsync(first.Id, JobState.Queued, record => record, Cancel);
        await Store.TryMoveAsync(first.Id, JobState.Running, record => record, Cancel);
        _clock.Advance(TimeSpan.FromMinutes(3));
        var rerun = await Store.TryMoveAsync(first.Id, JobState.Running, record => record, Cancel);
        Assert.Equal((_clock.GetUtcNow(), "m1"), (rerun.Document!.Value.Times.StartedAt!.Value, rerun.Document.Value.Owner!.MessageId));
    }

    [Fact]
    public async Task Whoever_moves_a_job_to_its_end_is_told_so_once_and_of_every_write_at_once()
    {
        var store = Store;
        var (ended, written) = (new List<JobState>(), new List<JobState>());
        store.Ended += job => ended.Add(job.State);
        store.Written += job => written.Add(job.Value.State);
        var id = (await store.CreateAsync(Received(), Cancel)).Document!.Value.Id;

        await store.TryMoveAsync(id, JobState.Queued, record => record, Cancel);
        await store.TryMoveAsync(id, JobState.Canceled, record => record, Cancel);
        await store.TryMoveAsync(id, JobState.Canceled, record => record.State.IsTerminal() ? null : record, Cancel);
        await store.AmendAsync(id, record => record with { Attempt = 3 }, Cancel);

        Assert.Equal([JobState.Canceled], ended);
        Assert.Equal([JobState.Received, JobState.Queued, JobState.Canceled, JobState.Canceled], written);
    }

    [Fact]
    public async Task A_webhook_that_was_tried_already_is_not_sent_for_anew_when_its_job_is_settled()
    {
        var (queues, faults) = StorageFaults.QueuesOf(storage);
        faults.Fails = static (_, _) => true;
        var webhook = new JobWebhook { Url = "https://example.com/hook", Deliveries = [new WebhookDelivery(1, _clock.GetUtcNow(), 500, null, null)] };

        // Nothing is sent, or it would fail.
        await new JobStore(_blobs, queues, _clock).SettleAsync(Received() with { State = JobState.Canceled, Webhook = webhook }, Cancel);
        await new JobStore(_blobs, queues, _clock).SettleAsync(Received() with { State = JobState.Canceled }, Cancel);
    }

    [Fact]
    public async Task An_amendment_keeps_the_state_and_its_times_whatever_it_says()
    {
        var job = (await Store.CreateAsync(Received(), Cancel)).Document!.Value;

        var amended = await Store.AmendAsync(job.Id, record => record with { State = JobState.Failed, Attempt = 7 }, Cancel);

        Assert.Equal((JobState.Received, 7), (amended.Document!.Value.State, amended.Document.Value.Attempt));
        Assert.Equal(JobState.Received, (await Store.FindAsync(job.Id, Cancel))!.Value.State);
    }

    [Fact]
    public async Task Lists_begin_with_the_newest_job_and_hold_each_once()
    {
        var caller = "key-" + Guid.NewGuid().ToString("N")[..16];
        var made = new List<JobRecord>();
        for (var i = 0; i < 3; i++)
        {
            made.Add(Received() with { Caller = caller });
            await Store.CreateAsync(made[i], Cancel);
            await Store.CreateAsync(made[i], Cancel);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var names = new List<string>();
        await foreach (var entry in _blobs.GetBlobContainerClient(Containers.JobsIndex).GetBlobsAsync(BlobTraits.None, BlobStates.None, BlobPaths.IndexedJobs(caller), Cancel))
            names.Add(entry.Name[^26..]);
        Assert.Equal(made.Select(job => job.Id.ToString()).Reverse(), names);
    }

    private JobRecord Received()
    {
        var now = _clock.GetUtcNow();
        return new JobRecord
        {
            Id = WorkId.New(_clock),
            State = JobState.Received,
            Source = new JobSource(Containers.Uploads, "a.jpg", "0x1", "a.jpg"),
            Times = new JobTimes { CreatedAt = now, ReceivedAt = now },
            Owner = new WorkOwner("m1", now),
        };
    }
}
