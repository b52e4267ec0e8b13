using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Cli.Stack;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Benchmarks;

/// <summary>Counts the requests that storage gets for a job, by the emulator's own log: those of the service, of the host and of storage events. What comes by
/// the clock whether there are jobs or not (polls of empty queues, sweeps) is counted in an idle stretch and listed apart.</summary>
internal static partial class StorageBenchmark
{
    private const int Jobs = 40;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== storage: requests a job");
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions(), cancel);
        var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
        var counts = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var log = stack.OnStorageRequest(line =>
        {
            if (Describe(line) is { } request)
                counts.AddOrUpdate(request, 1, static (_, count) => count + 1);
        });
        for (var i = 0; i < 5; i++)
            await SubmitAsync(stack, photo, cancel);
        await Task.Delay(TimeSpan.FromSeconds(5), cancel);

        counts.Clear();
        await Task.Delay(Idle, cancel);
        var idle = counts.ToDictionary(count => count.Key, count => count.Value / Idle.TotalSeconds);
        await CountAsync("POST /v1/jobs", () => SubmitAsync(stack, photo, cancel));
        await CountAsync("POST /v1/uploads and PUT", () => UploadAsync(stack, photo, cancel));
        Console.WriteLine($"  by the clock, a second: {string.Join(", ", idle.OrderByDescending(count => count.Value).Select(count => FormattableString.Invariant($"{count.Key} {count.Value:F1}")))}");

        async Task CountAsync(string route, Func<Task<JobView>> run)
        {
            counts.Clear();
            var started = Stopwatch.GetTimestamp();
            var jobs = new List<JobView>();
            for (var i = 0; i < Jobs; i++)
                jobs.Add(await run());
            await Task.Delay(TimeSpan.FromSeconds(2), cancel);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var each = counts.Select(count => (count.Key, Value: (count.Value - (idle.GetValueOrDefault(count.Key) * seconds)) / Jobs)).Where(count => Math.Abs(count.Value) >= 0.05 && !count.Key.StartsWith("queue receive", StringComparison.Ordinal)).ToList();
            Console.WriteLine(FormattableString.Invariant($"  {route}: {each.Sum(count => count.Value):F1} requests a job, receives not counted, {counts.Values.Sum()} with everything in {seconds:F0} s for {Jobs} jobs"));
            foreach (var (request, value) in each.OrderBy(count => count.Key, StringComparer.Ordinal))
                Console.WriteLine(FormattableString.Invariant($"    {value,6:F2}  {request}"));
            Console.WriteLine($"    model {new Sample([.. jobs.Select(job => job.Stages.Infer!.Value)])}; upsample {new Sample([.. jobs.Select(job => job.Stages.Upsample!.Value)])}; decode {new Sample([.. jobs.Select(job => job.Stages.Decode!.Value)])}");
        }
    }

    private static async Task<JobView> SubmitAsync(LocalStack stack, byte[] photo, CancellationToken cancel)
    {
        using var body = new ByteArrayContent(photo) { Headers = { ContentType = new("image/jpeg") } };
        using var answer = await stack.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, cancel);
        answer.EnsureSuccessStatusCode();
        return await EndedAsync(stack, (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, cancel))!.Id, cancel);
    }

    private static async Task<JobView> UploadAsync(LocalStack stack, byte[] photo, CancellationToken cancel)
    {
        using var answer = await stack.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), null, cancel);
        var ticket = (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, cancel))!;
        await new BlobClient(ticket.Url).UploadAsync(BinaryData.FromBytes(photo), new BlobUploadOptions(), cancel);
        return await EndedAsync(stack, ticket.Id, cancel);
    }

    // The wait of the API is woken by the process itself: it costs a read at its beginning and few besides.
    private static async Task<JobView> EndedAsync(LocalStack stack, WorkId id, CancellationToken cancel)
    {
        JobView? job;
        do
            job = await stack.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, cancel);
        while (!job!.State.IsTerminal());
        return job.State == JobState.Succeeded ? job : throw new InvalidOperationException("A job failed.");
    }

    internal static string? Describe(string line)
    {
        if (Request().Match(line) is not { Success: true } match)
            return null;
        var (method, name, rest, query) = (match.Groups["method"].Value, match.Groups["name"].Value, match.Groups["rest"].Value, match.Groups["query"].Value);
        if (RoadSeg.Storage.Queues.All.Contains(name))
        {
            var act = (method, rest) switch
            {
                ("POST", _) => "send",
                ("DELETE", _) => "delete",
                ("PUT", "") => "create",
                ("PUT", _) => "update",
                (_, "/messages") => query.Contains("peekonly", StringComparison.Ordinal) ? "peek" : "receive",
                _ => "properties",
            };
            return $"queue {act} {name}";
        }

        var kind = query.Contains("comp=list", StringComparison.Ordinal) ? "list" : method switch
        {
            "PUT" => "write",
            "DELETE" => "delete",
            "HEAD" => "read properties",
            _ => "read",
        };
        return $"blob {kind} {name}";
    }

    [GeneratedRegex("""^\S+ - \S+ \[[^\]]*\] "(?<method>[A-Z]+) /[^/?\s]+/(?<name>[^/?\s]+)(?<rest>/[^?\s]*)?(?:\?(?<query>\S*))? HTTP/[\d.]+" \d{3} """)]
    private static partial Regex Request();
}
