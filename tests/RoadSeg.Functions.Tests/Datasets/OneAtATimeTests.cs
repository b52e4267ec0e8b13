using RoadSeg.Functions.Datasets;

namespace RoadSeg.Functions.Tests.Datasets;

public sealed class OneAtATimeTests
{
    [Fact]
    public async Task Work_that_fails_gives_its_turn_back_and_leaves_no_folder()
    {
        // The fault: where the folder could not be made, or deleted, every later request waited for ever.
        using var turns = new OneAtATime(TimeProvider.System);
        var cancel = TestContext.Current.CancellationToken;
        var seen = "";
        await Assert.ThrowsAsync<IOException>(() => turns.RunAsync<int>(folder => throw new IOException(seen = folder[""]), cancel));
        Assert.False(Directory.Exists(seen));

        // A folder that has gone already is no failure of what was made in it.
        Assert.Equal(7, await turns.RunAsync(folder =>
        {
            Directory.Delete(folder[""]);
            return Task.FromResult(7);
        }, cancel));
        Assert.Equal(8, await turns.RunAsync(_ => Task.FromResult(8), cancel).WaitAsync(TimeSpan.FromMinutes(1), cancel));
    }

    [Fact]
    public async Task One_piece_of_work_waits_for_the_other()
    {
        using var turns = new OneAtATime(TimeProvider.System);
        var cancel = TestContext.Current.CancellationToken;
        var first = new TaskCompletionSource<int>();
        var one = turns.RunAsync(_ => first.Task, cancel);
        var other = turns.RunAsync(_ => Task.FromResult(2), cancel);
        Assert.False(other.IsCompleted);
        first.SetResult(1);
        Assert.Equal((1, 2), (await one, await other));
    }
}
