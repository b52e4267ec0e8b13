using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>What Azure would be asked for: the resources that the compiler predicts of infra/azure/main.bicep for some parameters.</summary>
internal sealed partial class Deployment
{
    private readonly JsonArray _resources;

    private Deployment(JsonNode snapshot)
    {
        _resources = snapshot["predictedResources"]!.AsArray();
        Outputs = [.. snapshot["outputs"]!.AsObject().Select(output => output.Key)];
    }

    /// <summary>With a GPU, which is the default.</summary>
    public static Deployment Gpu { get; } = Predict("param imageTag = 'tag'");

    public static Deployment CpuOnly { get; } = Predict("param imageTag = 'tag'\nparam gpuProfile = 'none'");

    /// <summary>The first step of the first <c>azd up</c>: no image has been built.</summary>
    public static Deployment WithoutImages { get; } = Predict("");

    /// <summary>With the trainer for CUDA.</summary>
    public static Deployment CudaTrainer { get; } = Predict("param imageTag = 'tag'\nparam trainerImage = 'roadseg-trainer-cuda'");

    public IReadOnlyList<string> Outputs { get; }

    public IEnumerable<JsonNode> Of(string type) => _resources.Where(resource => (string)resource!["type"]! == type)!;

    /// <summary>Names of a type's resources: the last part of each.</summary>
    public IEnumerable<string> Names(string type) => Of(type).Select(resource => ((string)resource["name"]!).Split('/')[^1]);

    public JsonNode App(string name) => Of("Microsoft.App/containerApps").Single(app => (string)app["name"]! == name)["properties"]!;

    public JsonNode Trainer => Of("Microsoft.App/jobs").Single()["properties"]!;

    /// <summary>Whatever runs an image of ours.</summary>
    public IReadOnlyList<JsonNode> Ours => [App("roadseg"), App("roadseg-gpu"), Trainer];

    public static JsonNode Container(JsonNode properties) => properties["template"]!["containers"]!.AsArray().Single()!;

    /// <summary>A container's settings by name: a value, or the expression that gives one. One that hangs on a secret parameter makes the
    /// whole list an expression.</summary>
    public static IReadOnlyDictionary<string, string> Settings(JsonNode properties) => Container(properties)["env"] switch
    {
        JsonArray list => list.ToDictionary(pair => (string)pair!["name"]!, pair => (string?)pair!["value"] ?? (string)pair["secretRef"]!),
        var expression => Setting().Matches((string)expression!)
            .ToDictionary(pair => pair.Groups[1].Value, pair => pair.Groups[2].Value.Trim('\'')),
    };

    /// <summary>Which of our own images a container runs, without its registry and tag.</summary>
    public static string Image(JsonNode properties) =>
        Regex.Match((string)Container(properties)["image"]!, @"(?<![\w-])roadseg-[\w-]+").Value;

    /// <summary>The KEDA rules on queues: the name of each queue, and how many messages one replica is for.</summary>
    public static IReadOnlyDictionary<string, string> QueueRules(JsonNode scale) => scale["rules"]!.AsArray()
        .Select(rule => rule!["custom"] ?? rule).Where(rule => (string?)rule["type"] == "azure-queue")
        .ToDictionary(rule => (string)rule["metadata"]!["queueName"]!, rule => (string)rule["metadata"]!["queueLength"]!);

    private static Deployment Predict(string parameters)
    {
        using var folder = new TempFolder();
        var file = folder["roadseg.bicepparam"];
        File.WriteAllText(file, $"""
            using '{Path.GetRelativePath(folder.Path, Tree.At("infra", "azure", "main.bicep"))}'
            param environmentName = 'roadseg'
            param location = 'westeurope'
            {parameters}
            """);
        string[] azure = ["--subscription-id", "11111111-2222-3333-4444-555555555555", "--location", "westeurope"];
        var (code, _, said) = BicepCompiler.Run(["snapshot", file, "--mode", "overwrite", .. azure]);
        return code == 0
            ? new Deployment(JsonNode.Parse(File.ReadAllText(folder["roadseg.snapshot.json"]))!)
            : throw new InvalidOperationException(said);
    }

    [GeneratedRegex(@"createObject\('name', '(\w+)', '(?:value|secretRef)', ('[^']*'|\w+\((?:[^()]|\([^()]*\))*\)[\w.]*)\)")]
    private static partial Regex Setting();
}

/// <summary>The real compiler: a package brings it.</summary>
internal static class BicepCompiler
{
    public static (int Code, string Output, string Said) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Restored.Bicep, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var bicep = Process.Start(start)!;
        var said = bicep.StandardError.ReadToEndAsync();
        var output = bicep.StandardOutput.ReadToEnd();
        bicep.WaitForExit();
        return (bicep.ExitCode, output, said.GetAwaiter().GetResult());
    }
}
