using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests;

/// <summary>Which names of settings and environment variables mean something to what runs.</summary>
internal static partial class Settings
{
    /// <summary>Read by programs that are not ours.</summary>
    private static readonly Dictionary<string, string> Foreign = new(StringComparer.Ordinal)
    {
        ["HOME"] = "where the Functions host and .NET keep files of their own",
        ["ASPNETCORE_URLS"] = "the Functions host's address",
        ["ASPNETCORE_CONTENTROOT"] = "where the Functions host finds its own files",
        ["DOTNET_ROOT"] = "the runtime of a Functions host that does not bring one",
        ["DOTNET_RUNNING_IN_CONTAINER"] = "the Functions host looks for extension bundles in /FuncExtensionBundles, and not on the internet alone",
        ["DOTNET_USE_POLLING_FILE_WATCHER"] = "the Functions host watches its files, and file events of a container are unreliable",
        ["AzureWebJobsScriptRoot"] = "where the Functions host finds host.json",
        ["AzureWebJobsStorage__credential"] = "the Functions host's bindings take the managed identity",
        ["AzureFunctionsJobHost__Logging__Console__IsEnabled"] = "the Functions host logs to the console",
        ["OTEL_SERVICE_NAME"] = "OpenTelemetry",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "OpenTelemetry",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "OpenTelemetry",
        ["LD_LIBRARY_PATH"] = "the dynamic loader",
        ["NVIDIA_VISIBLE_DEVICES"] = "NVIDIA's container runtime",
        ["NVIDIA_DRIVER_CAPABILITIES"] = "NVIDIA's container runtime",
        ["OMP_WAIT_POLICY"] = "OpenMP: threads that wait do not spin",
    };

    private static readonly Lazy<string> Sources = new(() => string.Concat(Tree.Files
        .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) && Folders().IsMatch(file))
        .Select(file => Tree.Read(file))));

    /// <summary>Names with the prefix ROADSEG_ that the deployed programs read.</summary>
    public static IReadOnlySet<string> Own { get; } = OwnNames().Matches(Sources.Value).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether anything reads it.</summary>
    public static bool Means(string name) =>
        Foreign.ContainsKey(name)
        || Sources.Value.Contains($"\"{name}\"", StringComparison.Ordinal)
        || (name.StartsWith("AzureWebJobsStorage__", StringComparison.Ordinal) && IsConnectionPart(name["AzureWebJobsStorage__".Length..]))
        || (Disabled().Match(name) is { Success: true } match && FunctionFolder.All.Any(function => function.Name == match.Groups[1].Value))
        || (name.StartsWith("AzureFunctionsJobHost__", StringComparison.Ordinal) && IsInHostJson(name["AzureFunctionsJobHost__".Length..].Split("__")));

    // StorageAccount reads {Name}__{service}ServiceUri, and each other part by its name.
    private static bool IsConnectionPart(string part) =>
        Sources.Value.Contains("\"AzureWebJobsStorage\"", StringComparison.Ordinal)
        && Sources.Value.Contains(part is "blobServiceUri" or "queueServiceUri" ? "__{service}ServiceUri\"" : $"__{part}\"", StringComparison.Ordinal);

    private static bool IsInHostJson(string[] path)
    {
        JsonNode? node = JsonNode.Parse(Tree.Read("functions", "host", "host.json"));
        foreach (var step in path)
            node = (node as JsonObject)?[step];
        return node is not null;
    }

    [GeneratedRegex("^(functions|shared|trainer|infra/local)/")]
    private static partial Regex Folders();

    [GeneratedRegex("\"(ROADSEG_[A-Z_]+)\"")]
    private static partial Regex OwnNames();

    [GeneratedRegex("^AzureWebJobs_(.+)_Disabled$")]
    private static partial Regex Disabled();
}
