using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Benchmarks;

/// <summary>What callers wait for beside their result: polls under many pollers, refusals of a full line, and one caller's photo
/// beside another's backlog against the same photo alone.</summary>
internal static class ApiBenchmark
{
    private const int Pollers = 1000;
    private const int Backlog = 400;
    private const int Photos = 20;
    private static readonly TimeSpan Polling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== api");
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true, Settings = new Dictionary<string, string> { ["ROADSEG_MAX_LIVE_JOBS"] = "1000" } }, cancel);
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(stack.KeyFile!, cancel));
        using var heavy = Client(stack, keys.RootElement.GetProperty("master").GetString()!);
        using var light = Client(stack, keys.RootElement.GetProperty("functions").GetProperty("Api").GetProperty("default").GetString()!);
        var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);

        await Submission.TimedAsync(light, photo, cancel);
        var (alone, stagesAlone) = await ManyAsync(light, photo, cancel);
        var polled = await Submission.SendAsync(light, photo, cancel);
        await PollAsync(light, polled, WarmUp, cancel);
        var polls = await PollAsync(light, polled, Polling, cancel);
        Console.WriteLine($"  poll, {Pollers} pollers at once a second, p99 {polls.At(0.99):F1} ms: {polls}");

        var submitted = Stopwatch.GetTimestamp();
        await Parallel.ForAsync(0, Backlog, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancel }, async (_, stop) => await Submission.SendAsync(heavy, photo, stop));
        Console.WriteLine(FormattableString.Invariant($"  backlog of another caller: {Backlog} photos submitted in {Stopwatch.GetElapsedTime(submitted).TotalSeconds:F1} s"));
        var (beside, stagesBeside) = await ManyAsync(light, photo, cancel);
        Console.WriteLine($"  submit to result, alone:            p95 {alone.At(0.95):F0} ms; {alone}");
        Console.WriteLine($"  submit to result, beside a backlog: p95 {beside.At(0.95):F0} ms; {beside}");
        Console.WriteLine(FormattableString.Invariant($"  ratio of p95 {beside.At(0.95) / alone.At(0.95):F2}, of medians {beside.Median / alone.Median:F2}"));

        Console.WriteLine("  medians alone / beside, ms: " + string.Join(", ", stagesAlone.Zip(stagesBeside, (one, other) => FormattableString.Invariant($"{one.Name} {one.Median:F0} / {other.Median:F0}"))));

        // Upload keys that nobody uses fill the caller's line.
        var refusals = new List<double>();
        while (refusals.Count < 50)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await heavy.PostAsJsonAsync(new Uri("/v1/uploads", UriKind.Relative), new UploadRequest(), JobJson.Default.UploadRequest, cancel);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
                refusals.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        Console.WriteLine($"  refusal with 429 at 1000 live jobs: {new Sample(refusals)}");
    }

    private static async Task<Sample> PollAsync(HttpClient api, WorkId id, TimeSpan span, CancellationToken cancel)
    {
        var times = new ConcurrentBag<double>();
        var until = Stopwatch.GetTimestamp() + (long)(span.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, Pollers).Select(async poller =>
        {
            await Task.Delay(poller, cancel);
            while (Stopwatch.GetTimestamp() < until)
            {
                var started = Stopwatch.GetTimestamp();
                using var answer = await api.GetAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), cancel);
                answer.EnsureSuccessStatusCode();
                var took = Stopwatch.GetElapsedTime(started);
                times.Add(took.TotalMilliseconds);
                if (took < TimeSpan.FromSeconds(1))
                    await Task.Delay(TimeSpan.FromSeconds(1) - took, cancel);
            }
        }));
        return new Sample([.. times]);
    }

    private static async Task<(Sample Whole, (string Name, double Median)[] Stages)> ManyAsync(HttpClient api, byte[] photo, CancellationToken cancel)
    {
        var (times, jobs) = (new List<double>(), new List<JobView>());
        for (var i = 0; i < Photos; i++)
        {
            var (time, job) = await Submission.TimedAsync(api, photo, cancel);
            times.Add(time);
            jobs.Add(job);
        }

        (string, Func<JobView, double?>)[] stages =
        [
            ("created to received", job => (job.Times.ReceivedAt - job.Times.CreatedAt)?.TotalMilliseconds), ("received to queued", job => (job.Times.QueuedAt - job.Times.ReceivedAt)?.TotalMilliseconds),
            ("queued to started", job => (job.Times.StartedAt - job.Times.QueuedAt)?.TotalMilliseconds), ("wait for the model", job => job.Stages.Wait), ("model", job => job.Stages.Infer),
            ("upsample", job => job.Stages.Upsample), ("encode", job => job.Stages.Encode), ("commit", job => job.Stages.Commit), ("started to finished", job => (job.Times.FinishedAt - job.Times.StartedAt)?.TotalMilliseconds),
        ];
        return (new Sample(times), [.. stages.Select(stage => (stage.Item1, new Sample([.. jobs.Select(job => stage.Item2(job) ?? 0)]).Median))]);
    }

    private static HttpClient Client(LocalStack stack, string key) => new() { BaseAddress = stack.Address, Timeout = TimeSpan.FromMinutes(5), DefaultRequestHeaders = { { "x-functions-key", key } } };
}
