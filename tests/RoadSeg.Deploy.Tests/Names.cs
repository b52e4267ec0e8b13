using System.Text.Json.Nodes;
using RoadSeg.Storage;

namespace RoadSeg.Deploy.Tests;

/// <summary>infra/names.json: containers, queues, blob events and roles as the sources have them, for Bicep and compose to read.</summary>
internal static class Names
{
    private static readonly string[] ModelQueues = [Queues.SegmentationJobs, Queues.SegmentationBulk, Queues.DatasetAudits];

    /// <summary>Functions that every role runs: health is asked for through them.</summary>
    public static IReadOnlyList<string> Everywhere { get; } = [.. WorkerFunction.All.Where(f => f is { TriggerType: "httpTrigger", AuthLevel: "Anonymous" } && f.Methods.Split(',').Contains("head")).Select(f => f.Name)];

    /// <summary>Functions that run the model.</summary>
    public static IReadOnlyList<string> Gpu { get; } = [.. WorkerFunction.All.Where(f => ModelQueues.Contains(f.Queue)).Select(f => f.Name)];

    /// <summary>All others.</summary>
    public static IReadOnlyList<string> Cpu { get; } = [.. WorkerFunction.All.Select(f => f.Name).Except(Everywhere).Except(Gpu)];

    /// <summary>The settings by which a GPU worker runs the model and nothing else.</summary>
    public static string GpuEnvironment => string.Concat(Cpu.Select(name => $"AzureWebJobs_{name}_Disabled=1\n"));

    public static JsonObject Document() => new()
    {
        ["containers"] = Array(Containers.All),
        ["queues"] = Array(Queues.All),
        ["blobEvents"] = new JsonArray([.. Queues.BlobEvents.Select(pair => new JsonObject
        {
            ["container"] = pair.Key,
            ["queue"] = pair.Value,
            ["endsWith"] = Queues.BlobEventSuffix(pair.Key),
        })]),
        ["roles"] = new JsonObject
        {
            ["cpu"] = new JsonObject { ["functions"] = Array(Cpu), ["wakes"] = Array(Triggers(Cpu)) },
            ["gpu"] = new JsonObject
            {
                ["functions"] = Array(Gpu),
                ["wakes"] = Array(Triggers(Gpu)),
                // It redacts photos and deletes their originals; it takes back a version that fails, and so writes a model's pointer.
                ["containers"] = Array([Containers.Uploads, Containers.Submitted, Containers.Batches, Containers.Clips, Containers.BatchRuns, Containers.Work, Containers.Results, Containers.Jobs, Containers.JobsActive, Containers.JobsIndex, Containers.Models, Containers.Audits, Containers.AuditsActive]),
                // Labels that it holds against what the model sees.
                ["reads"] = Array([Containers.Curated]),
                ["queues"] = Array([.. ModelQueues, .. ModelQueues.Select(Queues.Poison), Queues.WebhookDeliveries]),
            },
            ["trainer"] = new JsonObject
            {
                ["wakes"] = Array([Queues.TrainingJobs]),
                ["containers"] = Array([Containers.Trainings, Containers.TrainingsActive, Containers.Models]),
                // Photos of late are what a candidate and the live model are compared on.
                ["reads"] = Array([Containers.Curated, Containers.Uploads, Containers.Submitted, Containers.Clips, Containers.Jobs, Containers.JobsIndex]),
                ["queues"] = Array([Queues.TrainingJobs, Queues.Poison(Queues.TrainingJobs)]),
            },
        },
    };

    public static IEnumerable<string> Triggers(IEnumerable<string> functions) =>
        WorkerFunction.All.Where(f => functions.Contains(f.Name) && f.Queue is not null).Select(f => f.Queue!).Distinct();

    private static JsonArray Array(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}
