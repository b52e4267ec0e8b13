using Azure;
using RoadSeg.Client;

namespace RoadSeg.Cli.Service;

/// <summary>Does something with each of several photos or jobs, some at once; one that fails leaves the others alone.</summary>
internal static class Batch
{
    public static async Task<Outcome<T>[]> RunAsync<T>(
        int count,
        int atOnce,
        Func<int, StageBoard, CancellationToken, Task<T>> work,
        CancellationToken cancel
    )
        where T : class
    {
        var outcomes = new Outcome<T>[count];
        await RunAsync(outcomes, atOnce, work, cancel);
        return outcomes;
    }

    /// <summary>The same, for who needs what had ended also when it is canceled.</summary>
    public static async Task RunAsync<T>(
        Outcome<T>[] outcomes,
        int atOnce,
        Func<int, StageBoard, CancellationToken, Task<T>> work,
        CancellationToken cancel
    )
        where T : class
    {
        var count = outcomes.Length;
        await Screen.WatchAsync(count, board =>
            Parallel.ForAsync(
                0,
                count,
                new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel },
                async (i, stop) =>
                {
                    try
                    {
                        outcomes[i] = new Outcome<T>(await work(i, board, stop), null);
                    }
                    catch (Exception e)
                        when (e
                                is RoadSegApiException
                                    or HttpRequestException
                                    or TimeoutException
                                    or IOException
                                    or UnauthorizedAccessException
                                    or RequestFailedException
                        )
                    {
                        outcomes[i] = new Outcome<T>(null, e);
                    }

                    board.Ended(i);
                }
            )
        );
    }
}
