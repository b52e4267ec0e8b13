using RoadSeg.Functions.Results;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>Pictures that are made when asked for.</summary>
public sealed class RenderedResultsTests
{
    private static readonly byte[] Picture = [1, 2, 3];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_many_ask_for_is_made_once_and_is_there_for_the_next_range()
    {
        // The fault: 24 requests for the overlay of one photo of 100 megapixels rendered it 24 times, each range of it once more.
        using var results = new RenderedResults();
        var done = new TaskCompletionSource<byte[]>();
        var made = 0;
        Task<byte[]> MakeAsync(CancellationToken stop)
        {
            Interlocked.Increment(ref made);
            return done.Task;
        }

        var asked = Enumerable.Range(0, 24).Select(_ => results.GetAsync("overlay", MakeAsync, Cancel)).ToArray();
        done.SetResult(Picture);

        Assert.All(await Task.WhenAll(asked), answer => Assert.Same(Picture, answer));
        Assert.Same(Picture, await results.GetAsync("overlay", MakeAsync, Cancel));
        Assert.Equal(1, made);
        Assert.NotSame(Picture, await results.GetAsync("other", static _ => Task.FromResult(new byte[1]), Cancel));
    }

    [Fact]
    public async Task One_who_leaves_stops_nothing_and_the_last_one_does()
    {
        using var results = new RenderedResults();
        var stopped = new TaskCompletionSource();
        using var first = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        using var second = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        async Task<byte[]> MakeAsync(CancellationToken stop)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            finally
            {
                stopped.SetResult();
            }

            return Picture;
        }

        var one = results.GetAsync("overlay", MakeAsync, first.Token);
        var two = results.GetAsync("overlay", MakeAsync, second.Token);
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(stopped.Task.IsCompleted || two.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        await stopped.Task.WaitAsync(Cancel);

        Assert.Same(Picture, await results.GetAsync("overlay", static _ => Task.FromResult(Picture), Cancel));
    }

    [Fact]
    public async Task A_failure_is_everybodys_and_not_kept()
    {
        using var results = new RenderedResults();
        var failure = new TaskCompletionSource<byte[]>();
        var asked = new[] { results.GetAsync("overlay", _ => failure.Task, Cancel), results.GetAsync("overlay", _ => failure.Task, Cancel) };
        failure.SetException(new InvalidOperationException("broken"));

        foreach (var answer in asked)
            await Assert.ThrowsAsync<InvalidOperationException>(() => answer);
        Assert.Same(Picture, await results.GetAsync("overlay", static _ => Task.FromResult(Picture), Cancel));
    }
}
