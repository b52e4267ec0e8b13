using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.Benchmarks;

/// <summary>One caller's photo while another caller does what it can to be in its way, against the same photo alone; and what the service's process holds
/// at its peak meanwhile.</summary>
internal static class FairnessBenchmark
{
    private const int Photos = 9;
    private const int Bodies = 60;

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== fairness");
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true }, cancel);
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(stack.KeyFile!, cancel));
        var heavyKey = keys.RootElement.GetProperty("master").GetString()!;
        using var heavy = Client(stack, heavyKey);
        using var light = Client(stack, keys.RootElement.GetProperty("functions").GetProperty("Api").GetProperty("default").GetString()!);
        var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
        var huge = RoadSeg.Tests.Photos.Interlaced(10_000);
        Console.WriteLine($"  huge photo: {huge.Length >> 10} KiB, PNG of 100 megapixels, 16 bits, RGBA, interlaced");

        await Submission.TimedAsync(light, photo, cancel);
        var alone = await ManyAsync(light, photo, cancel);
        Console.WriteLine($"  {"alone",-28} {alone}; peak {Peak(stack)} MiB");
        var (_, job) = await Submission.TimedAsync(heavy, huge, cancel, "image/png");
        Console.WriteLine($"  {"(one huge photo)",-28} peak {Peak(stack)} MiB");

        await BesideAsync("24 overlays of it", 24, (i, stop) => heavy.GetAsync(Path($"{job.Links["overlay"]}?opacity=0.{i + 10}"), stop));
        await BesideAsync("24 small overlays of it", 24, (i, stop) => heavy.GetAsync(Path($"{job.Links["overlay"]}?width=512&opacity=0.{i + 10}"), stop));
        await BesideAsync("24 polygons of it", 24, (i, stop) => heavy.GetAsync(Path($"{job.Links["polygons"]}?minArea={i + 1}"), stop));
        var large = PhotoEncoder.Jpeg(new RgbImage(6000, 4100, new byte[3 * 6000 * 4100]), 90);
        await BesideAsync("16 photos of 24.6 megapixels", 16, (_, stop) => SubmitAsync(heavy, large, "image/jpeg", stop));
        await BesideAsync("20 huge photos", 20, (_, stop) => SubmitAsync(heavy, huge, "image/png", stop));
        await BesideAsync("a backlog of 200", 200, (_, stop) => SubmitAsync(heavy, photo, "image/jpeg", stop));
        await BesideAsync($"{Bodies} bodies that stall", Bodies, (_, stop) => StallAsync(stack.Address, heavyKey, stop));

        async Task BesideAsync(string what, int count, Func<int, CancellationToken, Task> attack)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var attacks = Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
            {
                try
                {
                    await attack(i, over.Token);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancel.IsCancellationRequested)
                {
                    // Refused, which is an answer too, or enough.
                }
            }));
            await Task.Delay(500, cancel);
            var beside = await ManyAsync(light, photo, cancel);
            var ended = attacks.IsCompleted ? "over before the photos were" : "still going on";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what,-28} {beside}; {beside.Median / alone.Median:F2} times; peak {Peak(stack)} MiB; {ended}"));
            await over.CancelAsync();
            await attacks;
        }
    }

    // A job that nobody needs any more is canceled, so that the next attack is the only one.
    private static async Task SubmitAsync(HttpClient api, byte[] photo, string type, CancellationToken stop)
    {
        var id = await Submission.SendAsync(api, photo, CancellationToken.None, type);
        try
        {
            while (true)
            {
                var job = await api.GetFromJsonAsync(new Uri($"/v1/jobs/{id}?wait=60", UriKind.Relative), JobJson.Default.JobView, stop);
                if (job!.State.IsTerminal())
                    return;
            }
        }
        finally
        {
            (await api.DeleteAsync(new Uri($"/v1/jobs/{id}", UriKind.Relative), CancellationToken.None)).Dispose();
        }
    }

    private static async Task<Sample> ManyAsync(HttpClient api, byte[] photo, CancellationToken cancel)
    {
        var times = new List<double>();
        for (var i = 0; i < Photos; i++)
            times.Add((await Submission.TimedAsync(api, photo, cancel)).Milliseconds);
        return new Sample(times);
    }

    // Fifteen of sixteen MiB, and then nothing for a minute.
    private static async Task StallAsync(Uri address, string key, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancel);
        await using var stream = client.GetStream();
        var head = $"POST /v1/jobs HTTP/1.1\r\nHost: {address.Authority}\r\nx-functions-key: {key}\r\nContent-Type: image/jpeg\r\nContent-Length: {16 << 20}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), cancel);
        await stream.WriteAsync(new byte[15 << 20], cancel);
        await Task.Delay(TimeSpan.FromMinutes(2), cancel);
    }

    /// <summary>The peak since the last call.</summary>
    private static string Peak(LocalStack stack)
    {
        var status = File.ReadLines($"/proc/{stack.WorkerProcessId}/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal));
        File.WriteAllText($"/proc/{stack.WorkerProcessId}/clear_refs", "5");
        return (long.Parse(status.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024).ToString(CultureInfo.InvariantCulture);
    }

    private static Uri Path(string path) => new(path, UriKind.Relative);

    private static HttpClient Client(LocalStack stack, string key) => new() { BaseAddress = stack.Address, Timeout = TimeSpan.FromMinutes(10), DefaultRequestHeaders = { { "x-functions-key", key } } };
}
