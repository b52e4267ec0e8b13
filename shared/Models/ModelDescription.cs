using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Packaging;

namespace RoadSeg.Models;

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
    public IReadOnlyList<MetricSet> Metrics
    {
        get => field ?? [];
        init;
    } = [];

    /// <summary>Resolved training configuration, free-form, or null.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>Commit of the code that made the weights, or null when unknown.</summary>
    public string? GitCommit { get; init; }

    /// <summary>Self-test, or null for models that come without one.</summary>
    public SelfTestSpec? SelfTest { get; init; }

    /// <summary>From which confidence on pixels of a class were right at 95 % where the model was scored: that of the first measurement
    /// that states it. Null where none does.</summary>
    /// <returns>Class name to confidence, 0-1; null for a class that reached it at no confidence. Classes that were not measured are
    /// missing.</returns>
    public IReadOnlyDictionary<string, double?>? CertainFrom() =>
        Metrics.Select(static metrics => metrics.CertainFrom()).FirstOrDefault(static stated => stated.Count > 0);
}
