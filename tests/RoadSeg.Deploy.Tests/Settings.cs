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
        ["DOTNET_USE_POLLING_FILE_WATCHER"] = "the Functions host watches its files, and file events of a container are unreliable",
        ["FUNCTIONS_SECRETS_PATH"] = "where the Functions host keeps files that tell it of changed keys",
        ["FUNCTIONS_WORKER_RUNTIME"] = "which worker the Functions host expects",
        ["AzureFunctionsWebHost__hostid"] = "the name of the Functions host's leases, timers and keys",
        ["AzureWebJobsScriptRoot"] = "where the Functions host finds host.json",
        ["AzureWebJobsStorage__credential"] = "the Functions host's bindings take the managed identity",
        ["AzureFunctionsJobHost__Logging__Console__IsEnabled"] = "the Functions host logs to the console",
        ["OTEL_SERVICE_NAME"] = "OpenTelemetry",
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "OpenTelemetry",
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "OpenTelemetry",
        ["OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"] = "OpenTelemetry: whether counters are sent as totals or as what was new",
        ["NVIDIA_VISIBLE_DEVICES"] = "NVIDIA's container runtime",
        ["NVIDIA_DRIVER_CAPABILITIES"] = "NVIDIA's container runtime",
        ["OMP_WAIT_POLICY"] = "OpenMP: threads that wait do not spin",
    };

    /// <summary>Set by the Bicep, or by an image for all who run it.</summary>
    public static IReadOnlyList<string> Deployed { get; } =
    [
        "ROADSEG_ALLOWED_ORIGINS", "ROADSEG_CALLERS", "ROADSEG_INGEST_UNPACKED", "ROADSEG_KEEP_RESULTS", "ROADSEG_KEEP_UPLOADS", "ROADSEG_LABELLING_KEYS", "ROADSEG_LABEL_STUDIO", "ROADSEG_MODEL", "ROADSEG_OPERATORS", "ROADSEG_PRIVACY", "ROADSEG_PROVIDER", "ROADSEG_REDACT", "ROADSEG_VIPS", "ROADSEG_WEBHOOK_SECRETS",
    ];

    /// <summary>Not set by the deployment: the default is right there, or whoever wants another changes the Bicep.</summary>
    public static IReadOnlyList<string> LeftAtDefault { get; } =
    [
        // How long jobs, leases and keys live, and how much is let in.
        "ROADSEG_BATCH_WINDOW", "ROADSEG_CLIP_MAX_BYTES", "ROADSEG_MAX_BATCHES", "ROADSEG_DEADLINE", "ROADSEG_DETAIL_TILES", "ROADSEG_INGEST_BUDGET", "ROADSEG_INTERACTIVE_JOBS", "ROADSEG_KEEP_CURATED", "ROADSEG_KEEP_DATASETS", "ROADSEG_KEEP_MODELS",
        "ROADSEG_KEEP_TRAININGS", "ROADSEG_KEEP_UNFINISHED", "ROADSEG_LABELLING_PATIENCE", "ROADSEG_LEASE", "ROADSEG_MAX_BYTES", "ROADSEG_MAX_LIVE_JOBS",
        "ROADSEG_MAX_PIXELS", "ROADSEG_MAX_QUEUED", "ROADSEG_REDACT_MARGIN", "ROADSEG_REDACT_PROBABILITY", "ROADSEG_SWEEP_AFTER", "ROADSEG_UPLOAD_GRACE", "ROADSEG_UPLOAD_RESUMABLE", "ROADSEG_UPLOAD_VALID",

        // The image has the models, the page, the libraries and ffmpeg where the programs look for them.
        "ROADSEG_FFMPEG", "ROADSEG_LOGS", "ROADSEG_MODELS_LOADED", "ROADSEG_MODEL_CACHE", "ROADSEG_MODEL_POLL", "ROADSEG_PAGE", "ROADSEG_PRECISION", "ROADSEG_THREADS",

        // What a candidate must reach, and how the trainer works.
        "ROADSEG_GATE_CLASS_IOU_FLOOR", "ROADSEG_GATE_CLASS_IOU_LOSS", "ROADSEG_GATE_DISAGREEMENT", "ROADSEG_GATE_LATENCY", "ROADSEG_GATE_MEAN_IOU_FLOOR", "ROADSEG_GATE_MEAN_IOU_LOSS", "ROADSEG_GATE_PHOTOS",
        "ROADSEG_WORK_LOCK", "ROADSEG_WORK_POLL", "ROADSEG_WORK_REPORT",

        // Loopback receivers are for development; times of webhooks for their tests.
        "ROADSEG_WEBHOOK_ALLOW_LOOPBACK", "ROADSEG_WEBHOOK_FIRST_DELAY", "ROADSEG_WEBHOOK_GIVE_UP_AFTER", "ROADSEG_WEBHOOK_PAUSE", "ROADSEG_WEBHOOK_STEADY_DELAY",
        "ROADSEG_WEBHOOK_STEADY_FOR", "ROADSEG_WEBHOOK_TIMEOUT",
    ];

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
        || (Disabled().Match(name) is { Success: true } match && WorkerFunction.All.Any(function => function.Name == match.Groups[1].Value))
        || (name.StartsWith("AzureFunctionsJobHost__", StringComparison.Ordinal) && IsInHostJson(name["AzureFunctionsJobHost__".Length..].Split("__")));

    // StorageAccount reads {Name}__{service}ServiceUri, and each other part by its name.
    private static bool IsConnectionPart(string part) =>
        Sources.Value.Contains("\"AzureWebJobsStorage\"", StringComparison.Ordinal)
        && Sources.Value.Contains(part is "blobServiceUri" or "queueServiceUri" ? "__{service}ServiceUri\"" : $"__{part}\"", StringComparison.Ordinal);

    private static bool IsInHostJson(string[] path)
    {
        JsonNode? node = JsonNode.Parse(Tree.Read("functions", "host.json"));
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
