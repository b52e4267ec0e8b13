using System.Text.Json.Nodes;

namespace RoadSeg.Deploy.Tests;

/// <summary>A function as the worker's build describes it to the Functions host: functions.metadata.</summary>
internal sealed record WorkerFunction(string Name, string TriggerType, string? Queue, string? AuthLevel, string Methods)
{
    /// <summary>By name.</summary>
    public static IReadOnlyList<WorkerFunction> All { get; } = [.. Read(Path()).OrderBy(function => function.Name, StringComparer.Ordinal)];

    public static IEnumerable<WorkerFunction> Read(string metadata)
    {
        foreach (var function in JsonNode.Parse(File.ReadAllText(metadata))!.AsArray())
        {
            var trigger = function!["bindings"]!.AsArray().Single(binding => ((string)binding!["type"]!).EndsWith("Trigger", StringComparison.Ordinal))!;
            yield return new WorkerFunction((string)function["name"]!, (string)trigger["type"]!, (string?)trigger["queueName"], (string?)trigger["authLevel"], string.Join(",", (trigger["methods"]?.AsArray() ?? []).Select(method => (string)method!)));
        }
    }

    // Beside what these tests are built with: the worker is built before them.
    private static string Path()
    {
        var path = Tree.At("functions", "bin", Tree.Configuration, "net10.0", "functions.metadata");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there: build functions first.");
    }
}
