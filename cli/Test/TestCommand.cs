using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Xml.Linq;
using RoadSeg.Cli.Stack;

namespace RoadSeg.Cli.Test;

/// <summary><c>roadseg test</c>: runs every built test project and ends with one line of totals.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var only = new Option<string?>("--only") { Description = "Run only the projects whose name contains this." };
        var arguments = new Argument<string[]>("arguments") { Description = "Passed to the test runner, after --.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("test", "Runs every test.") { only, arguments };
        command.SetAction((parsed, cancel) => RunAsync(parsed.GetValue(only), parsed.GetValue(arguments) ?? [], cancel));
        return command;
    }

    private static async Task<int> RunAsync(string? only, string[] arguments, CancellationToken cancel)
    {
        var results = Directory.CreateDirectory(Path.Combine(Workspace.Root, "TestResults")).FullName;
        var total = default(Totals);
        foreach (var project in Projects(only))
        {
            var name = Path.GetFileName(project);
            Console.WriteLine($"== {name}");
            var report = Path.Combine(results, name + ".xml");
            File.Delete(report);
            var started = Stopwatch.GetTimestamp();
            var exit = await RunAsync(Path.Combine(project, "bin", "Release", "net10.0", name + ".dll"), report, arguments, cancel);
            var totals = Totals.Read(report, exit);
            Console.WriteLine($"== {name}: {totals} in {Stopwatch.GetElapsedTime(started).TotalSeconds:F0} s");
            total += totals;
        }

        Console.WriteLine(total);
        return total is { Failed: 0, Passed: > 0 } ? 0 : 1;
    }

    private static IEnumerable<string> Projects(string? only) =>
        Directory.EnumerateDirectories(Path.Combine(Workspace.Root, "tests"), "RoadSeg.*.Tests")
            .Where(folder => only is null || Path.GetFileName(folder).Contains(only, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal);

    private static async Task<int> RunAsync(string assembly, string report, string[] arguments, CancellationToken cancel)
    {
        // Threads that spin while they wait would take the cores from the other processes of a test.
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, Environment = { ["OMP_WAIT_POLICY"] = "passive" } };
        foreach (var argument in (string[])["exec", assembly, "-noLogo", "-noColor", "-longRunning", "120", "-xml", report, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
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
            var sum = XDocument.Load(report).Descendants("assembly").Aggregate(default(Totals), (totals, assembly) => totals + new Totals(
                Count(assembly, "passed"), Count(assembly, "failed") + Count(assembly, "errors"), Count(assembly, "skipped")));
            return exit != 0 && sum.Failed == 0 ? sum with { Failed = 1 } : sum;
        }

        public override string ToString() => $"{Passed} passed, {Failed} failed" + (Skipped > 0 ? $", {Skipped} skipped" : "");

        private static int Count(XElement element, string name) => int.Parse(element.Attribute(name)?.Value ?? "0", CultureInfo.InvariantCulture);
    }
}
