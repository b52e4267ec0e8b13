using System.Diagnostics;
using System.Net.Http.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>What one caller asks of 100 megapixels, and another caller's photo beside it. <c>./roadseg bench fairness</c> measures the same and more.</summary>
public sealed class FairnessTests
{
    // Of the whole process, native memory included: docs/decisions/0022.
    private const long Limit = 2560L << 20;
    private const int Overlays = 24;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Photos_are_segmented_while_another_caller_has_pictures_made_of_100_megapixels_and_the_process_stays_under_2_5_GiB()
    {
        // The fault: a PNG of 760 KB and 24 of its overlays kept another caller's photo for over a minute, and the worker held 4.7 GB.
        await using var stack = await LocalStack.StartAsync(
            new LocalStackOptions { RequireKeys = true, Settings = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = $"0x{Limit:x}" } }, Cancel);
        using var callers = await TwoCallers.OfAsync(stack);
        var (heavy, light) = (callers.One, callers.Other);
        var huge = await SubmittedAsync(heavy, Photos.Interlaced(10_000), "image/png");
        Assert.Equal(JobState.Succeeded, huge.State);

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var overlays = Enumerable.Range(0, Overlays).Select(i => heavy.GetAsync(new Uri($"{huge.Links["overlay"]}?opacity=0.{i + 10}", UriKind.Relative), enough.Token)).ToList();
        for (var photo = 0; photo < 3; photo++)
            Assert.Equal(JobState.Succeeded, (await SubmittedAsync(light, Photos.Street, "image/jpeg")).State);

        Assert.Contains(overlays, static overlay => !overlay.IsCompleted);
        using var process = Process.GetProcessById(stack.WorkerProcessId);
        Assert.InRange(process.PeakWorkingSet64, 1, Limit);
        await enough.CancelAsync();
        await Task.WhenAll(overlays).ContinueWith(static _ => { }, TaskScheduler.Default);
    }

    private static async Task<JobView> SubmittedAsync(HttpClient api, byte[] photo, string type)
    {
        using var body = new ByteArrayContent(photo) { Headers = { ContentType = new(type) } };
        using var answer = await api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);
        var job = (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;

        // As long as a slow machine needs: how long is for the benchmark to say.
        for (var ask = 0; ask < 5 && !job.State.IsTerminal(); ask++)
            job = (await api.GetFromJsonAsync(new Uri($"{job.Links["self"]}?wait=60", UriKind.Relative), JobJson.Default.JobView, Cancel))!;
        return job;
    }
}
