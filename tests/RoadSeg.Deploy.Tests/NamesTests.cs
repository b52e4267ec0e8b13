using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Storage;

namespace RoadSeg.Deploy.Tests;

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
        Assert.Equal(["AuditDataset", "SegmentBulk", "SegmentImage"], Names.Gpu);
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
