using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace RoadSeg.Mutation;

/// <summary>Runs the test classes that reach a mistake while it is made.</summary>
internal static class Runner
{
    private const int First = 3;
    private const int Second = 7;
    private const string ActiveName = "ROADSEG_MUTANT";
    private const string ReachedName = "ROADSEG_MUTANT_REACHED";

    /// <summary>Runs each class by itself, without a mistake, and notes what it reached.</summary>
    public static async Task ReachAsync(string tests, string folder, IReadOnlyList<string> classes)
    {
        Directory.CreateDirectory(folder);
        var all = classes.Count > 0 ? classes : await ClassesAsync(tests);
        foreach (var name in all)
        {
            var file = Path.Combine(folder, name);
            if (File.Exists(file + ".json"))
                continue;
            File.Delete(file);
            var (code, output, seconds) = await TestAsync(tests, [name], (ReachedName, file), TimeSpan.FromMinutes(10));
            if (code != 0)
            {
                Console.WriteLine($"{name} fails without a mistake:\n{output}");
                continue;
            }

            int[] reached = File.Exists(file) ? [.. (await File.ReadAllLinesAsync(file)).Select(line => int.Parse(line, CultureInfo.InvariantCulture)).Distinct()] : [];
            await File.WriteAllTextAsync(file + ".json", JsonSerializer.Serialize(new Coverage(tests, name, seconds, reached)));
            Console.WriteLine($"{name}: {reached.Length} reached, {seconds:F1} s");
        }
    }

    /// <summary>Makes one mistake after the other and writes what became of it: with numbers given, of those alone, anew, and with every class that reaches them.</summary>
    public static async Task RunAsync(IReadOnlyList<Mutation> mutations, string folder, string verdicts, TimeSpan time, IReadOnlySet<int> only)
    {
        var classes = Directory.EnumerateFiles(folder, "*.json").Select(path => JsonSerializer.Deserialize<Coverage>(File.ReadAllText(path))!).ToList();
        var done = Verdicts(verdicts).Keys.ToHashSet();
        var started = Stopwatch.GetTimestamp();
        foreach (var mutation in mutations.Where(each => only.Count > 0 ? only.Contains(each.Id) : !done.Contains(each.Id)))
        {
            if (Stopwatch.GetElapsedTime(started) > time)
                return;
            var verdict = await JudgeAsync(mutation, [.. classes.Where(each => each.Reached.Contains(mutation.Id))], only.Count > 0);
            await File.AppendAllLinesAsync(verdicts, [JsonSerializer.Serialize(verdict)]);
            Console.WriteLine($"{mutation.Id} {verdict.Fate} {verdict.Seconds:F0} s {mutation.File}:{mutation.Line} {mutation.Kind} {verdict.By}");
        }
    }

    public static void Print(IReadOnlyList<Mutation> mutations, string verdicts)
    {
        var all = Verdicts(verdicts);
        foreach (var fate in all.Values.GroupBy(each => each.Fate).OrderBy(group => group.Key))
            Console.WriteLine($"{fate.Key}: {fate.Count()}");
        foreach (var mutation in mutations.Where(each => all.TryGetValue(each.Id, out var verdict) && verdict.Fate is "survived" or "unreached"))
            Console.WriteLine($"| {mutation.Id} | {mutation.File}:{mutation.Line} | {mutation.Kind} | `{mutation.Was}` | `{mutation.Becomes}` | {all[mutation.Id].Fate} |");
    }

    // Those that are about the file first, then those that reach little else: most mistakes are noticed there. The others only where they were not.
    private static async Task<Verdict> JudgeAsync(Mutation mutation, IReadOnlyList<Coverage> classes, bool thorough)
    {
        if (classes.Count == 0)
            return new Verdict(mutation.Id, "unreached", 0, 0, null);
        var subject = Path.GetFileNameWithoutExtension(mutation.File);
        var ordered = classes.OrderBy(each => each.Name.Split('.')[^1].StartsWith(subject, StringComparison.Ordinal) ? 0 : 1).ThenBy(each => each.Reached.Length).ToList();
        var total = 0.0;
        foreach (var part in (IReadOnlyList<Coverage>[])[[.. ordered.Take(First)], [.. ordered.Skip(First).Take(thorough ? ordered.Count : Second)]])
        {
            foreach (var group in part.GroupBy(each => each.Tests))
            {
                var limit = TimeSpan.FromSeconds(45 + (2 * group.Sum(each => each.Seconds)));
                var (code, output, seconds) = await TestAsync(
                    group.Key, [.. group.Select(each => each.Name)], (ActiveName, mutation.Id.ToString(CultureInfo.InvariantCulture)), limit);
                total += seconds;
                if (code != 0)
                    return new Verdict(mutation.Id, code == Late ? "timeout" : "killed", classes.Count, total, output.Split('\n').FirstOrDefault(line => line.Contains("[FAIL]", StringComparison.Ordinal))?.Trim());
            }
        }

        return new Verdict(mutation.Id, "survived", classes.Count, total, null);
    }

    // Later lines take the place of earlier ones.
    private static Dictionary<int, Verdict> Verdicts(string path)
    {
        var all = new Dictionary<int, Verdict>();
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path))
            {
                var verdict = JsonSerializer.Deserialize<Verdict>(line)!;
                all[verdict.Id] = verdict;
            }
        }

        return all;
    }

    private static async Task<IReadOnlyList<string>> ClassesAsync(string tests)
    {
        var (_, output, _) = await StartAsync(tests, ["-list", "classes"], ("", ""), TimeSpan.FromMinutes(2));
        return [.. output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("RoadSeg.", StringComparison.Ordinal)).Distinct()];
    }

    private static Task<(int Code, string Output, double Seconds)> TestAsync(string tests, IReadOnlyList<string> classes, (string Name, string Value) setting, TimeSpan limit) =>
        StartAsync(tests, ["-noLogo", "-stopOnFail", .. classes.SelectMany(name => (string[])["-class", name])], setting, limit);

    private const int Late = -1;

    private static async Task<(int Code, string Output, double Seconds)> StartAsync(string tests, IReadOnlyList<string> arguments, (string Name, string Value) setting, TimeSpan limit)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", tests, .. arguments])
            start.ArgumentList.Add(argument);
        if (setting.Name.Length > 0)
            start.Environment[setting.Name] = setting.Value;
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var late = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (Late, "", Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        return (process.ExitCode, await output + await errors, Stopwatch.GetElapsedTime(began).TotalSeconds);
    }

    /// <summary>What a test class reaches.</summary>
    private sealed record Coverage(string Tests, string Name, double Seconds, int[] Reached);
}
