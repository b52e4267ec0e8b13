using System.Text.Json.Serialization;

namespace RoadSeg.Labels;

/// <summary>The classes of a model, with ids 0..N-1 in order, and the id that means "no label".</summary>
public sealed record LabelCatalogue
{
    /// <summary>A validated catalogue.</summary>
    /// <param name="classes">1 to 255 classes with ids 0..N-1 in order.</param>
    /// <param name="ignoreId">Id of unlabelled pixels in ground truth (0-255), none of the classes' ids; null when there is none.</param>
    /// <exception cref="ArgumentException">An id out of order, a name or colour used twice, or an ignore id that is a class.</exception>
    [JsonConstructor]
    public LabelCatalogue(IReadOnlyList<LabelClass> classes, int? ignoreId)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.Count is < 1 or > 255)
            throw new ArgumentException($"A label catalogue has 1 to 255 classes, not {classes.Count}.", nameof(classes));
        for (var i = 0; i < classes.Count; i++)
        {
            if (classes[i] is null)
                throw new ArgumentException($"Entry {i} of the label catalogue is null.", nameof(classes));
            if (classes[i].Name is null)
                throw new ArgumentException($"Class {i} of the label catalogue has no name.", nameof(classes));
            if (classes[i].Id != i)
                throw new ArgumentException(
                    $"Class ids must run 0..{classes.Count - 1} in order; entry {i} has id {classes[i].Id}.",
                    nameof(classes)
                );
        }

        if (classes.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } name)
            throw new ArgumentException($"Two classes are named '{name.Key}'.", nameof(classes));
        if (classes.GroupBy(c => c.Color).FirstOrDefault(g => g.Count() > 1) is { } color)
            throw new ArgumentException($"Two classes have the colour {color.Key}.", nameof(classes));
        if (ignoreId is { } id && (id is < 0 or > 255 || id < classes.Count))
            throw new ArgumentException($"The ignore id {id} must be a byte that is no class id.", nameof(ignoreId));

        Classes = classes;
        IgnoreId = ignoreId;
    }

    /// <summary>The classes; index and id are the same.</summary>
    public IReadOnlyList<LabelClass> Classes { get; }

    /// <summary>Id of unlabelled pixels in ground truth, or null.</summary>
    public int? IgnoreId { get; }

    /// <summary>The classes' colours by id.</summary>
    public RgbColor[] Colors() => [.. Classes.Select(label => label.Color)];

    /// <summary>Number of classes, 1-255.</summary>
    [JsonIgnore]
    public int Count => Classes.Count;

    /// <summary>True for the same classes by name, in the same order: then ids mean the same.</summary>
    public bool HasClassesOf(LabelCatalogue other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return HasClasses(other.Classes.Select(static label => label.Name));
    }

    /// <summary>The same, of names.</summary>
    public bool HasClasses(IEnumerable<string> names) => Classes.Select(static label => label.Name).SequenceEqual(names);
}
