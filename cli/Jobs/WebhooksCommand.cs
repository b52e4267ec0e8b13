using System.CommandLine;
using RoadSeg.Cli.Service;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Jobs;

/// <summary><c>roadseg webhooks test URL</c> and <c>roadseg webhooks redeliver ID...</c>.</summary>
internal static class WebhooksCommand
{
    public static Command Create()
    {
        var url = new Argument<string>("url") { Description = "The receiver's https address." };
        var test = new Command("test", "Sends one signed test event and prints what came of it. Exits with 1 when it was not taken.")
        {
            url,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        test.SetAction((parsed, cancel) => TestAsync(parsed, parsed.GetRequiredValue(url), cancel));
        var ids = ServiceOptions.Ids();
        var redeliver = new Command("redeliver", "Has the webhooks of jobs delivered again, whatever came of them before.")
        {
            ids,
            ServiceOptions.Json,
            ServiceOptions.Server,
            ServiceOptions.Key,
        };
        redeliver.SetAction((parsed, cancel) => RedeliverAsync(parsed, parsed.GetRequiredValue(ids), cancel));
        return new Command("webhooks", "Tests a receiver, and delivers again.") { test, redeliver };
    }

    private static async Task<int> TestAsync(ParseResult parsed, string url, CancellationToken cancel)
    {
        using var service = await ServiceConnection.OpenAsync(parsed, cancel);
        var told = await service.Client.TestWebhookAsync(url, cancel);
        if (parsed.GetValue(ServiceOptions.Json))
            Screen.Json(told, JobJson.Default.WebhookTestResult);
        else
            Console.Out.WriteLine(
                $"{(told.Delivered ? "taken" : "not taken")}: {(told.Status is { } status ? $"status {status}" : told.Error)}, "
                    + $"{told.Milliseconds:F0} ms"
            );
        return told.Delivered ? 0 : 1;
    }

    private static Task<int> RedeliverAsync(ParseResult parsed, WorkId[] ids, CancellationToken cancel) =>
        EachJob.RunAsync(
            parsed,
            ids,
            static (client, id, stop) => client.RedeliverWebhookAsync(id, stop),
            job =>
            {
                if (parsed.GetValue(ServiceOptions.Json))
                    Screen.Json(job, JobJson.Default.JobView);
                else
                    Console.Out.WriteLine($"{job.Id}  under way");
            },
            cancel
        );
}
