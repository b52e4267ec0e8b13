using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Work;

namespace RoadSeg.Cli.Jobs;

/// <summary>One call for each of several jobs, some at once, told in the order of their ids.</summary>
internal static class EachJob
{
    private const int AtOnce = 8;

    /// <returns>The exit code: 1 where a call failed.</returns>
    public static async Task<int> RunAsync<T>(
        ParseResult parsed,
        WorkId[] ids,
        Func<RoadSegClient, WorkId, CancellationToken, Task<T>> call,
        Action<T> tell,
        CancellationToken cancel
    )
        where T : class
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var asked = await Batch.RunAsync(ids.Length, AtOnce, (i, _, stop) => call(service.Client, ids[i], stop), cancel);
        for (var i = 0; i < ids.Length; i++)
        {
            if (asked[i].Value is { } answer)
                tell(answer);
            else
                Screen.Failed(parsed, ids[i], asked[i].Failure!);
        }

        return asked.All(outcome => outcome.Failure is null) ? 0 : 1;
    }
}
