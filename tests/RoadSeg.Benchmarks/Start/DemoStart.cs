using System.Diagnostics;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Benchmarks.Start;

/// <summary>How long a person waits for the first result when everything is installed and built.</summary>
internal static class DemoStart
{
    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine("\n== start: ./roadseg demo, everything installed and built");
        var seconds = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var started = Stopwatch.GetTimestamp();
            var start = new ProcessStartInfo(Path.Combine(Workspace.Root, "roadseg"), ["demo"]) { RedirectStandardOutput = true };
            using var demo = Process.Start(start)!;
            var first = await FirstResultAsync(demo.StandardOutput, cancel);
            seconds.Add(Stopwatch.GetElapsedTime(started, first).TotalSeconds);
            await demo.WaitForExitAsync(cancel);
            if (demo.ExitCode != 0)
                throw new InvalidOperationException($"./roadseg demo exited with {demo.ExitCode}.");
        }

        Console.WriteLine($"  first result after {string.Join(", ", seconds.Select(value => FormattableString.Invariant($"{value:F1}")))} s");
    }

    private static async Task<long> FirstResultAsync(StreamReader output, CancellationToken cancel)
    {
        long first = 0;
        while (await output.ReadLineAsync(cancel) is { } line)
        {
            if (first == 0 && line.Contains("street.jpg", StringComparison.Ordinal))
                first = Stopwatch.GetTimestamp();
        }

        return first;
    }
}
