using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Cli.Test;

/// <summary><c>roadseg test</c>: runs every built test project and ends with one line of totals.</summary>
internal static class TestCommand
{
    // These run at once: the trainer's tests compute on one thread, mostly, and the local host's mostly wait. What is left has the machine
    // to itself.
    private static readonly string[][] Lines =
    [
        ["RoadSeg.Trainer.Tests"],
        ["RoadSeg.Deploy.Tests", "RoadSeg.Shared.Tests", "RoadSeg.Functions.Tests", "RoadSeg.LocalHost.Tests"],
    ];

    private static string Results => Path.Combine(Workspace.Root, "TestResults");

    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "Run only the projects whose name contains this." };
        var arguments = new Argument<string[]>("arguments")
        {
            Description = "Passed to the test runner, after --.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("test", "Runs every test.") { only, arguments };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(only), parsed.GetValue(arguments) ?? [], cancel));
        return command;
    }

    private static async Task<int> RunAsync(string? only, string[] arguments, CancellationToken cancel)
    {
        Directory.CreateDirectory(Results);
        var projects = Projects(only);
        var together = await Task.WhenAll(Lines.Select(line => RunAsync(projects.Where(line.Contains), arguments, aside: true, cancel)));
        var alone = await RunAsync(projects.Where(project => !Lines.Any(line => line.Contains(project))), arguments, aside: false, cancel);
        var total = together.Aggregate(alone, static (sum, line) => sum + line);
        Console.WriteLine(total);
        return total is { Failed: 0, Passed: > 0 } ? 0 : 1;
    }

    private static List<string> Projects(string? only) =>
        [
            .. Directory
                .EnumerateDirectories(Path.Combine(Workspace.Root, "tests"), "RoadSeg.*.Tests")
                .Select(folder => Path.GetFileName(folder))
                .Where(name => only is null || name.Contains(only, StringComparison.OrdinalIgnoreCase))
                .Order(StringComparer.Ordinal),
        ];

    // One after the other. What runs beside others is printed when it has ended.
    private static async Task<Totals> RunAsync(IEnumerable<string> projects, string[] arguments, bool aside, CancellationToken cancel)
    {
        var total = default(Totals);
        foreach (var name in projects)
        {
            Console.WriteLine($"== {name}");
            var report = Path.Combine(Results, name + ".xml");
            File.Delete(report);
            var started = Stopwatch.GetTimestamp();
            var exit = await RunAsync(
                Path.Combine(Workspace.Root, "tests", name, "bin", "Release", "net10.0", name + ".dll"),
                report,
                arguments,
                aside,
                cancel
            );
            var totals = Totals.Read(report, exit);
            Console.WriteLine($"== {name}: {totals} in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
            total += totals;
        }

        return total;
    }

    private static async Task<int> RunAsync(string assembly, string report, string[] arguments, bool aside, CancellationToken cancel)
    {
        // Threads that spin while they wait would take the cores from the other processes of a test, and so does profiling of what lives
        // for seconds.
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = aside,
            Environment = { ["OMP_WAIT_POLICY"] = "passive", ["DOTNET_TieredPGO"] = "0" },
        };

        // TorchSharp does not hold the numbers that stand in its calls (HeldScalars says more): where tests write them out, collections are
        // made rare.
        if (Path.GetFileNameWithoutExtension(assembly) == "RoadSeg.Trainer.Tests")
        {
            start.Environment["DOTNET_gcConcurrent"] = "0";
            start.Environment["DOTNET_GCgen0size"] = "0x10000000";
        }

        foreach (
            var argument in (string[])["exec", assembly, "-noLogo", "-noColor", "-longRunning", "120", "-result-xml", report, .. arguments]
        )
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
        if (aside)
            Console.Write(await process.StandardOutput.ReadToEndAsync(cancel));
        await process.WaitForExitAsync(cancel);
        return process.ExitCode;
    }

    private readonly record struct Totals(int Passed, int Failed, int Skipped)
    {
        public static Totals operator +(Totals a, Totals b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

        // A runner that died wrote no report, or one without its last tests: that is a failure too.
        public static Totals Read(string report, int exit)
        {
            if (!File.Exists(report))
                return new Totals(0, 1, 0);
            var sum = XDocument
                .Load(report)
                .Descendants("assembly")
                .Aggregate(default(Totals), (totals, assembly) =>
                    totals
                    + new Totals(
                        Count(assembly, "passed"),
                        Count(assembly, "failed") + Count(assembly, "errors"),
                        Count(assembly, "skipped")
                    )
                );
            return exit != 0 && sum.Failed == 0 ? sum with { Failed = 1 } : sum;
        }

        public override string ToString() => $"{Passed} passed, {Failed} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");

        private static int Count(XElement element, string name) =>
            int.Parse(element.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
    }
}
