using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Teaching;

/// <summary>Which class of the data set a teacher's class is, by name: <c>{"sidewalk": "pavement", "train": null}</c>; null for none, so
/// that what it is called stays unknown. Classes of one name need no entry.</summary>
internal sealed class ClassNames
{
    private readonly Dictionary<string, string?> _names;
    private readonly string _path;

    private ClassNames(Dictionary<string, string?> names, string path) => (_names, _path) = (names, path);

    /// <summary>The file that comes with the trainer.</summary>
    public static string Shipped => Path.Combine(AppContext.BaseDirectory, "label-maps", "roads.json");

    public static ClassNames Read(string? path)
    {
        var file = path ?? Shipped;
        Check.That(File.Exists(file), $"There is no label map {file}.");
        try
        {
            var names = JsonSerializer.Deserialize<Dictionary<string, string?>>(File.ReadAllText(file))
                ?? throw new JsonException("It is null.");
            return new ClassNames(names, file);
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file} is no label map ({{\"teacher's class\": \"class\", ...}}): {JsonFault.Of(e)}", e);
        }
    }

    /// <summary>By the teacher's class id, the data set's; -1 for none.</summary>
    public int[] Ids(string teacher, LabelCatalogue from, LabelCatalogue to)
    {
        var ids = to.Classes.ToDictionary(label => label.Name, label => label.Id, StringComparer.Ordinal);
        var unknown = from
            .Classes.Where(label => !ids.ContainsKey(label.Name) && !_names.ContainsKey(label.Name))
            .Select(label => label.Name)
            .ToArray();
        Check.That(
            unknown.Length == 0,
            $"The teacher {teacher} has classes that neither the data set nor the label map {_path} knows: {string.Join(", ", unknown)}. "
                + "Give a label map (--label-map FILE) that says which class each is, or null."
        );
        var mapped = from.Classes.Select(label => ids.TryGetValue(label.Name, out var same) ? same : Named(label.Name)).ToArray();
        Check.That(
            mapped.Any(id => id >= 0),
            $"The teacher {teacher} has none of the data set's classes ({string.Join(", ", ids.Keys)}), not by the label map {_path} "
                + "either."
        );
        return mapped;

        // A map serves several data sets: a class that this one does not have is none.
        int Named(string name) => _names[name] is { } other && ids.TryGetValue(other, out var id) ? id : -1;
    }
}
