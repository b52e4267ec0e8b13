using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RoadSeg.Tests;
using YamlDotNet.Serialization;

namespace RoadSeg.Deploy.Tests.Training;

/// <summary>How several machines are started to train together: nobody here has such a cluster, so the files are held against what its software reads.</summary>
public sealed partial class LaunchTests
{
    private const string Folder = "infra/azure/training/";

    [Theory]
    [InlineData("azureml")]
    [InlineData("mpijob")]
    public void A_manifest_has_the_fields_that_its_schema_knows(string name)
    {
        var schema = JsonNode.Parse(Tree.Read("tests", "RoadSeg.Deploy.Tests", "Training", name + ".schema.json"))!;
        Assert.Equal([], new SchemaCheck(schema).Faults(schema, Manifest(name), name));
    }

    [Theory]
    [InlineData("azureml", "distribution.type", "\"horovod\"", "is none of")]
    [InlineData("mpijob", "spec.slotsPerWorkers", "1", "'slotsPerWorkers' is not in the schema")]
    [InlineData("mpijob", "spec.mpiReplicaSpecs.Worker.replicas", "\"two\"", "is string, not integer")]
    public void A_field_that_the_software_does_not_know_is_found(string name, string path, string value, string fault)
    {
        var (schema, manifest) = (JsonNode.Parse(Tree.Read("tests", "RoadSeg.Deploy.Tests", "Training", name + ".schema.json"))!, Manifest(name));
        var parts = path.Split('.');
        parts[..^1].Aggregate(manifest, (node, part) => node[part]!)[parts[^1]] = JsonNode.Parse(value);
        Assert.Contains(new SchemaCheck(schema).Faults(schema, manifest, name), found => found.Contains(fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("azureml.yaml", 5)]
    [InlineData("mpijob.yaml", 4)]
    public void A_command_has_options_and_recipes_that_the_trainer_knows(string file, int least)
    {
        var text = Tree.Read((Folder + file).Split('/'));
        var train = text[text.LastIndexOf("/app/RoadSeg.Trainer", StringComparison.Ordinal)..];
        var command = Tree.Read("trainer", "Commands", "TrainCommand.cs");
        var options = Option().Matches(train).Select(match => match.Value).ToList();
        Assert.InRange(options.Count, least, 20);
        Assert.All(options, option => Assert.Contains($"\"{option}\"", command));
        Assert.Contains($"trainer/recipes/{Recipe().Match(train).Groups[1].Value}.json", Tree.Files);
        Assert.Contains("not yet run", text);
    }

    private static JsonNode Manifest(string name)
    {
        var read = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build().Deserialize<object>(Tree.Read((Folder + name + ".yaml").Split('/')));
        return JsonNode.Parse(new SerializerBuilder().JsonCompatible().Build().Serialize(read))!;
    }

    [GeneratedRegex(@"(?<![\w-])--[a-z][a-z-]*")]
    private static partial Regex Option();

    [GeneratedRegex(@"--recipe\s+(?:- )?([\w-]+)")]
    private static partial Regex Recipe();
}
