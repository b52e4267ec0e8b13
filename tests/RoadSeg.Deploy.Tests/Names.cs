using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Storage;

namespace RoadSeg.Deploy.Tests;

/// <summary>infra/names.json: containers, queues, blob events and roles as the sources have them, for Bicep and compose to read.</summary>
internal static class Names
{
    private static readonly string[] SegmentationQueues = [Queues.SegmentationJobs, Queues.SegmentationBulk];

    /// <summary>Functions that every role runs: health is asked for through them.</summary>
    public static IReadOnlyList<string> Everywhere { get; } = [.. WorkerFunction.All.Where(f => f is { TriggerType: "httpTrigger", AuthLevel: "Anonymous" }).Select(f => f.Name)];

    /// <summary>Functions that run the model.</summary>
    public static IReadOnlyList<string> Gpu { get; } = [.. WorkerFunction.All.Where(f => SegmentationQueues.Contains(f.Queue)).Select(f => f.Name)];

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
                // It takes back a version that fails, and so writes a model's pointer.
                ["containers"] = Array([Containers.Work, Containers.Results, Containers.Jobs, Containers.JobsActive, Containers.JobsIndex, Containers.Models]),
                ["queues"] = Array([.. SegmentationQueues, .. SegmentationQueues.Select(Queues.Poison), Queues.WebhookDeliveries]),
            },
            ["trainer"] = new JsonObject
            {
                ["wakes"] = Array([Queues.TrainingJobs]),
                ["containers"] = Array([Containers.Trainings, Containers.TrainingsActive, Containers.Models]),
                // Photos of late are what a candidate and the live model are compared on.
                ["reads"] = Array([Containers.Curated, Containers.Uploads, Containers.Submitted, Containers.Jobs, Containers.JobsIndex]),
                ["queues"] = Array([Queues.TrainingJobs, Queues.Poison(Queues.TrainingJobs)]),
            },
        },
    };

    public static IEnumerable<string> Triggers(IEnumerable<string> functions) =>
        WorkerFunction.All.Where(f => functions.Contains(f.Name) && f.Queue is not null).Select(f => f.Queue!).Distinct();

    private static JsonArray Array(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];
}

/// <summary>Names come from one place: the pinned files are what the sources say (ROADSEG_PIN=1 writes them anew).</summary>
public sealed class NamesTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    [Fact]
    public void Names_json_is_what_the_sources_say()
    {
        var written = Names.Document();
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            File.WriteAllText(Tree.At("infra", "names.json"), written.ToJsonString(Readable) + "\n");
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(Tree.Read("infra", "names.json")), written),
            "infra/names.json is no longer what Containers, Queues and the worker's functions say; ROADSEG_PIN=1 writes it anew.");
    }

    [Fact]
    public void The_gpu_workers_settings_switch_off_every_function_of_the_other_role()
    {
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            File.WriteAllText(Tree.At("infra", "docker", "gpu.env"), Names.GpuEnvironment);
        Assert.Equal(Names.GpuEnvironment, Tree.Read("infra", "docker", "gpu.env"));
    }

    [Fact]
    public void Every_function_runs_in_exactly_one_role_but_the_one_that_answers_probes()
    {
        Assert.Equal(["Site"], Names.Everywhere);
        Assert.Equal(["SegmentBulk", "SegmentImage"], Names.Gpu);
        Assert.Equal(WorkerFunction.All.Select(f => f.Name).Order(), ((string[])[.. Names.Everywhere, .. Names.Gpu, .. Names.Cpu]).Order());
    }

    [Fact]
    public void Every_queue_that_a_function_names_is_made()
    {
        Assert.All(WorkerFunction.All.Select(function => function.Queue).OfType<string>(), queue => Assert.Contains(queue, Queues.All));
    }

    [Fact]
    public void Every_event_goes_from_a_container_that_is_made_to_a_queue_that_is_made()
    {
        Assert.All(Queues.BlobEvents, pair => Assert.Contains(pair.Key, Containers.All));
        Assert.All(Queues.BlobEvents, pair => Assert.Contains(pair.Value, Queues.All));
    }
}
