using System.Text.Json;
using RoadSeg.Errors;

namespace RoadSeg.Labels;

/// <summary>Which class of a data set a model's class is, by name: <c>{"sidewalk": "pavement", "train": null}</c>; null for none, so
/// that what it is called stays unknown. Classes of one name need no entry.</summary>
public sealed class ClassNames
{
    private const string ShippedResource = "RoadSeg.Labels.roads.json";
    private const string ShippedName = "that comes with RoadSeg";

    private readonly Dictionary<string, string?> _names;
    private readonly string _file;

    private ClassNames(Dictionary<string, string?> names, string file) => (_names, _file) = (names, file);

    /// <summary>Reads a label map.</summary>
    /// <param name="path">The file; null for the one that comes with RoadSeg, which knows Cityscapes and IDD.</param>
    /// <exception cref="RoadSegException">classes-unmatched: there is no such file, or it is no label map.</exception>
    public static ClassNames Read(string? path)
    {
        if (path is not null && !File.Exists(path))
            throw Unmatched($"There is no label map {path}.");
        var file = path ?? ShippedName;
        using var json = path is null ? typeof(ClassNames).Assembly.GetManifestResourceStream(ShippedResource)! : File.OpenRead(path);
        try
        {
            var names = JsonSerializer.Deserialize(json, ClassNamesContext.Default.DictionaryStringString)
                ?? throw new JsonException("It is null.");
            return new ClassNames(names, file);
        }
        catch (JsonException e)
        {
            throw Unmatched($"{file} is no label map ({{\"model's class\": \"class\", ...}}): {JsonFault.Of(e)}", e);
        }
    }

    /// <summary>By the model's class id, the data set's; -1 for none.</summary>
    /// <param name="model">Name of the model, for messages.</param>
    /// <param name="from">Its classes.</param>
    /// <param name="to">The data set's classes.</param>
    /// <exception cref="RoadSegException">classes-unmatched: a class that neither the data set nor the map knows, or no class in
    /// common.</exception>
    public int[] Ids(string model, LabelCatalogue from, LabelCatalogue to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        var ids = to.Classes.ToDictionary(label => label.Name, label => label.Id, StringComparer.Ordinal);
        var unknown = from
            .Classes.Where(label => !ids.ContainsKey(label.Name) && !_names.ContainsKey(label.Name))
            .Select(label => label.Name)
            .ToArray();
        if (unknown.Length > 0)
            throw Unmatched(
                $"The model {model} has classes that neither the data set nor the label map {_file} knows: {string.Join(", ", unknown)}. "
                    + "Give a label map (--label-map FILE) that says which class each is, or null."
            );
        var mapped = from.Classes.Select(label => ids.TryGetValue(label.Name, out var same) ? same : Named(label.Name)).ToArray();
        if (mapped.All(id => id < 0))
            throw Unmatched(
                $"The model {model} has none of the data set's classes ({string.Join(", ", ids.Keys)}), not by the label map {_file} "
                    + "either."
            );
        return mapped;

        // A map serves several data sets: a class that this one does not have is none.
        int Named(string name) => _names[name] is { } other && ids.TryGetValue(other, out var id) ? id : -1;
    }

    private static RoadSegException Unmatched(string message, Exception? inner = null) => new(ErrorCodes.ClassesUnmatched, message, inner);
}
