using System.Text.Json.Nodes;

namespace RoadSeg.Deploy.Tests;

/// <summary>A folder of functions/host.</summary>
internal sealed record FunctionFolder(string Name, string TriggerType, string? Queue, string? AuthLevel, IReadOnlyList<string> OutputQueues)
{
    public static IReadOnlyList<FunctionFolder> All { get; } = [.. Directory.EnumerateDirectories(Tree.At("functions", "host")).Order(StringComparer.Ordinal).Select(Read)];

    private static FunctionFolder Read(string folder)
    {
        var bindings = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "function.json")))!["bindings"]!.AsArray();
        var trigger = bindings.Single(binding => ((string)binding!["type"]!).EndsWith("Trigger", StringComparison.Ordinal))!;
        return new FunctionFolder(
            Path.GetFileName(folder),
            (string)trigger["type"]!,
            (string?)trigger["queueName"],
            (string?)trigger["authLevel"],
            [.. bindings.Where(binding => (string)binding!["type"]! == "queue").Select(binding => (string)binding!["queueName"]!)]);
    }
}
