using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Trainings;

public sealed class TrainingStoreTests(StorageFixture storage)
{
    private static readonly TrainingPlan Plan = new("set", "0011223344556677", "smoke", new Dictionary<string, string>(), "camvid-mnv2", "live", true);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TrainingStore Runs => new(storage.Blobs, storage.Queues, TimeProvider.System);

    [Fact]
    public async Task Of_many_that_make_one_run_at_once_one_makes_it()
    {
        var id = WorkId.New(TimeProvider.System);
        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Runs.CreateAsync(id, Plan with { Recipe = $"r{i}" }, Callers.Local, Cancel)));
        Assert.Single(made.Select(run => run.Value.Plan.Recipe).Distinct());
    }

    [Fact]
    public async Task Of_many_that_move_a_run_at_once_one_moves_it_and_a_terminal_state_is_never_left()
    {
        var id = (await Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan, Callers.Local, Cancel)).Value.Id;
        var moves = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Runs.TryMoveAsync(
            id, TrainingState.Running, now => now.Owner is null ? now with { Owner = new WorkOwner($"m{i}", now.Times.CreatedAt), Attempt = now.Attempt + 1 } : null, Cancel)));
        Assert.Single(moves, move => move.Done);
        Assert.Equal(1, (await Runs.FindAsync(id, Cancel))!.Value.Attempt);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Runs.TryMoveAsync(id, TrainingState.Succeeded, now => now, Cancel));
        await Runs.TryMoveAsync(id, TrainingState.Failed, now => now with { Failure = new WorkFailure("training-invalid", "No.", false) }, Cancel);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Runs.TryMoveAsync(id, TrainingState.Running, now => now, Cancel));
        var run = (await Runs.FindAsync(id, Cancel))!.Value;
        Assert.Equal((TrainingState.Failed, null), (run.State, run.Owner));
        Assert.NotNull(run.Times.FinishedAt);
        Assert.False(await storage.Blobs.GetBlobContainerClient(Containers.TrainingsActive).GetBlobClient(BlobPaths.ActiveTraining(id)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_run_that_is_half_made_has_its_marker_for_the_sweep_and_one_that_is_made_again_owes_nothing()
    {
        var id = WorkId.New(TimeProvider.System);
        var marker = storage.Blobs.GetBlobContainerClient(Containers.TrainingsActive).GetBlobClient(BlobPaths.ActiveTraining(id));
        var (blobs, lost) = StorageFaults.BlobsOf(storage);
        lost.Fails = static (method, path) => method == "PUT" && path.EndsWith("record.json", StringComparison.Ordinal);
        await FailsAsync(new TrainingStore(blobs, storage.Queues, TimeProvider.System));
        Assert.True(await marker.ExistsAsync(Cancel));
        Assert.Null(await Runs.FindAsync(id, Cancel));

        // The record is there before its message is sent: whoever gets the message finds it.
        var (queues, silent) = StorageFaults.QueuesOf(storage);
        var seen = false;
        silent.Fails = (_, _) => (seen = Runs.FindAsync(id, Cancel).GetAwaiter().GetResult() is not null) || true;
        await FailsAsync(new TrainingStore(storage.Blobs, queues, TimeProvider.System));
        Assert.True(seen);
        Assert.True(await marker.ExistsAsync(Cancel));

        // Ended by a process that died before it took the marker away.
        await Runs.TryMoveAsync(id, TrainingState.Canceled, now => now, Cancel);
        await marker.UploadAsync(BinaryData.FromString(""), Cancel);
        Assert.Equal(TrainingState.Canceled, (await Runs.CreateAsync(id, Plan, Callers.Local, Cancel)).Value.State);
        Assert.False(await marker.ExistsAsync(Cancel));

        Task FailsAsync(TrainingStore runs) => Assert.ThrowsAnyAsync<Exception>(() => runs.CreateAsync(id, Plan, Callers.Local, Cancel));
    }

    [Fact]
    public async Task An_amendment_changes_neither_state_nor_times()
    {
        var id = (await Runs.CreateAsync(WorkId.New(TimeProvider.System), Plan, Callers.Local, Cancel)).Value.Id;
        var amended = await Runs.AmendAsync(id, now => now with { State = TrainingState.Succeeded, Version = "v", Times = now.Times with { FinishedAt = now.Times.CreatedAt } }, Cancel);
        Assert.Equal((true, TrainingState.Queued, "v", null), (amended.Done, amended.Document!.Value.State, amended.Document.Value.Version, amended.Document.Value.Times.FinishedAt));
    }
}
