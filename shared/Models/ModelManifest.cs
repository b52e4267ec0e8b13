using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Models;

/// <summary>Arithmetic a graph of the package runs in.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The precisions' own names.")]
public enum Precision
{
    /// <summary>32-bit floats (weights may be stored smaller and are then unpacked at load).</summary>
    [JsonStringEnumMemberName("fp32")]
    Fp32,

    /// <summary>16-bit floats inside, 32-bit at the output.</summary>
    [JsonStringEnumMemberName("fp16")]
    Fp16,

    /// <summary>8-bit integer weights and activations.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,
}

/// <summary>A file of the package.</summary>
/// <param name="Sha256">SHA-256 of the content, 64 lower-case hexadecimal digits.</param>
/// <param name="Bytes">Length in bytes.</param>
public sealed record PackageFile(string Sha256, long Bytes);

/// <summary>What network the graph is: for people and for the trainer; the engine does not read it.</summary>
/// <param name="Name">Architecture, such as <c>deeplabv3plus</c>.</param>
/// <param name="Encoder">Backbone, such as <c>mobilenet_v2</c>.</param>
/// <param name="OutputStride">Input pixels per cell of the encoder's last feature map.</param>
/// <param name="Settings">Everything else, free-form; null when there is nothing to say.</param>
public sealed record Architecture(string Name, string Encoder, int OutputStride, JsonElement? Settings = null);

/// <summary>Scores of one measurement.</summary>
/// <param name="Dataset">Data set.</param>
/// <param name="Split">Split of it: <c>train</c>, <c>val</c>, <c>test</c>.</param>
/// <param name="Width">Width in pixels of the ground truth scored against.</param>
/// <param name="Height">Height in pixels of the ground truth scored against.</param>
/// <param name="Values">Metric name to value; shares and IoU in 0-1.</param>
/// <param name="MeasuredAt">When.</param>
/// <param name="Command">Command that repeats it, or a sentence that says how it was measured.</param>
public sealed record MetricSet(
    [property: JsonRequired] string Dataset,
    [property: JsonRequired] string Split,
    int Width,
    int Height,
    [property: JsonRequired] IReadOnlyDictionary<string, double> Values,
    DateTimeOffset MeasuredAt,
    [property: JsonRequired] string Command);

/// <summary>A pair that the engine must reproduce before the package is trusted on a machine.</summary>
/// <param name="Input">PNG of the package, already at a size the graph takes.</param>
/// <param name="Mask">PNG of the package with the expected class ids, of the same or another size.</param>
/// <param name="MinimumAgreement">Smallest share of equal pixels with which each graph of the package passes, above 0 and up to 1.</param>
/// <param name="CpuMilliseconds">The quickest run of the input on the CPU that the package was made on, first graph, all cores; null in packages
/// that say nothing of it. A GPU that takes longer, or a CPU that takes four times as long, is told of where the model is loaded.</param>
public sealed record SelfTestSpec(string Input, string Mask, double MinimumAgreement, double? CpuMilliseconds = null);

/// <summary>What the author of a package states; <see cref="ModelPackageWriter"/> adds the rest.</summary>
public record ModelDescription
{
    /// <summary>Model name: lower-case letters, digits and dashes, 1-64 long.</summary>
    public required string Name { get; init; }

    /// <summary>One paragraph for people.</summary>
    public required string Description { get; init; }

    /// <summary>Licence of the weights and what it means for use.</summary>
    public required string Licence { get; init; }

    /// <summary>Precision to graph file; at least one.</summary>
    public required IReadOnlyDictionary<Precision, string> Graphs { get; init; }

    /// <summary>The network.</summary>
    public required Architecture Architecture { get; init; }

    /// <summary>The classes; as many as the graph's logits have channels.</summary>
    public required LabelCatalogue Labels { get; init; }

    /// <summary>How a photo becomes the input.</summary>
    public required PreprocessSpec Preprocess { get; init; }

    /// <summary>The graph's input.</summary>
    public required InputContract Input { get; init; }

    /// <summary>The graph's output.</summary>
    public required OutputContract Output { get; init; }

    /// <summary>Measured scores; may be empty or left out.</summary>
    // Generated readers set every init member, those that the JSON lacks to null: an initial value would not be seen.
    public IReadOnlyList<MetricSet> Metrics { get => field ?? []; init; } = [];

    /// <summary>Resolved training configuration, free-form, or null.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>Commit of the code that made the weights, or null when unknown.</summary>
    public string? GitCommit { get; init; }

    /// <summary>Self-test, or null for models that come without one.</summary>
    public SelfTestSpec? SelfTest { get; init; }
}

/// <summary><c>manifest.json</c> of a model package: immutable, schema version 1. Members it does not know are refused, so that a
/// misspelt or newer setting never goes unheeded; free-form data has its places (<c>architecture.settings</c>, <c>training</c>).</summary>
public sealed record ModelManifest : ModelDescription
{
    /// <summary>The only schema version this code reads.</summary>
    public const int CurrentSchemaVersion = 1;

    /// <summary>Always <see cref="CurrentSchemaVersion"/>.</summary>
    [JsonPropertyOrder(-4)]
    public required int SchemaVersion { get; init; }

    /// <summary>Version: <c>yyyyMMddTHHmmssZ-</c> and the first 12 digits of the primary graph's SHA-256
    /// (of a graph with its weights in other files: of its and their hashes).</summary>
    [JsonPropertyOrder(-3)]
    public required string Version { get; init; }

    /// <summary>When the package was written.</summary>
    [JsonPropertyOrder(-2)]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Plain file name to hash and length: every file of the package but the manifest.</summary>
    [JsonPropertyOrder(-1)]
    public required IReadOnlyDictionary<string, PackageFile> Files { get; init; }
}
