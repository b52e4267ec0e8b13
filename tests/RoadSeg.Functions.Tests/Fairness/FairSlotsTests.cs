using RoadSeg.Errors;
using RoadSeg.Functions.Fairness;

namespace RoadSeg.Functions.Tests.Fairness;

/// <summary>Who has the next turn.</summary>
public sealed class FairSlotsTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Callers_take_turns_however_many_one_of_them_waits_for()
    {
        var turns = new FairSlots(1);
        var order = new List<string>();
        var first = await turns.EnterAsync("many", 1, Cancel);
        var waiting = new List<Task>();
        foreach (var caller in new[] { "many", "many", "many", "one", "other", "one" })
            waiting.Add(TakeAsync(caller));

        first.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(["many", "one", "other", "many", "one", "many"], order);

        async Task TakeAsync(string caller)
        {
            using var turn = await turns.EnterAsync(caller, 1, Cancel);
            order.Add(caller);
        }
    }

    [Fact]
    public async Task No_more_is_held_than_there_is_and_what_is_more_than_that_waits_for_all_of_it()
    {
        var turns = new FairSlots(10);
        var six = await turns.EnterAsync("a", 6, Cancel);
        var all = turns.EnterAsync("b", 1000, Cancel);
        var small = turns.EnterAsync("c", 1, Cancel);

        // It would fit, but would keep the large one waiting for ever if it were taken before.
        Assert.False(all.IsCompleted || small.IsCompleted);
        six.Dispose();
        using var whole = await all;
        Assert.Equal(0, turns.Free);
        Assert.False(small.IsCompleted);
        whole.Dispose();
        using var last = await small;
        Assert.Equal(9, turns.Free);
    }

    [Fact]
    public async Task Who_leaves_the_line_lets_the_next_in_and_keeps_nothing()
    {
        var turns = new FairSlots(10, atOnce: 1);
        var held = await turns.EnterAsync("a", 5, Cancel);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var large = turns.EnterAsync("b", 10, leaving.Token);
        var small = turns.EnterAsync("c", 5, Cancel);
        Assert.False(small.IsCompleted);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        held.Dispose();
        using var again = await turns.EnterAsync("b", 10, Cancel);
        Assert.Equal(0, turns.Free);
    }

    [Fact]
    public async Task A_turn_that_is_given_back_twice_counts_once()
    {
        var turns = new FairSlots(2);
        var turn = await turns.EnterAsync("a", 1, Cancel);
        turn.Dispose();
        turn.Dispose();
        Assert.Equal(2, turns.Free);
    }

    [Fact]
    public async Task A_caller_may_wait_for_so_many_and_another_is_not_refused_for_it()
    {
        var turns = new FairSlots(1, atOnce: 2);
        var held = await turns.EnterAsync("a", 1, Cancel);
        var waits = turns.EnterAsync("a", 1, Cancel);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => turns.EnterAsync("a", 1, Cancel));
        Assert.Equal(ErrorCodes.TooManyRequests, refused.Code);

        var other = turns.EnterAsync("b", 1, Cancel);
        held.Dispose();
        (await waits).Dispose();
        (await other).Dispose();
        (await turns.EnterAsync("a", 1, Cancel)).Dispose();
        Assert.Equal(1, turns.Free);
    }
}
