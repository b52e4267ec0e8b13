using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Curation;

/// <summary>Writes a curated set as a Hugging Face image folder: <c>load_dataset("imagefolder", data_dir=...)</c> of Python's <c>datasets</c> gives the
/// columns <c>image</c>, <c>label</c> (ids, 255 unlabelled), <c>id</c> and <c>group</c>.</summary>
public static class HuggingFaceExport
{
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the export; it appears whole or not at all.</summary>
    /// <param name="set">The set.</param>
    /// <param name="folder">Folder to make.</param>
    /// <param name="cancel">Stops between samples.</param>
    /// <exception cref="IOException">The folder exists.</exception>
    public static void Write(CuratedSet set, string folder, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(set);
        var target = Path.GetFullPath(folder);
        if (Path.Exists(target))
            throw new IOException($"'{folder}' exists already: choose another folder.");
        using var staging = new StagingFolder(target);
        var groups = Groups(set);
        foreach (var split in set.Manifest.Splits)
            WriteSplit(set, split.Split, Path.Combine(staging.Path, Name(split.Split)), groups, cancel);
        var names = set.Labels.Classes.ToDictionary(label => label.Id.ToString(CultureInfo.InvariantCulture), label => label.Name);
        File.WriteAllText(Path.Combine(staging.Path, "id2label.json"), JsonSerializer.Serialize(names, Json) + "\n");
        File.WriteAllText(Path.Combine(staging.Path, "README.md"), Card(set));
        staging.MoveTo(target);
    }

    private static void WriteSplit(CuratedSet set, Split split, string folder, Dictionary<(Split, string), string> groups, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Directory.CreateDirectory(Path.Combine(folder, "labels"));
        using var list = new StreamWriter(Path.Combine(folder, "metadata.jsonl"));
        var number = 0;
        foreach (var sample in set.Samples(split))
        {
            cancel.ThrowIfCancellationRequested();
            var file = $"{number++:D6}.png";
            File.WriteAllBytes(Path.Combine(folder, "images", file), PhotoEncoder.Png(sample.Image));
            File.WriteAllBytes(Path.Combine(folder, "labels", file), GrayPng.Encode(sample.Ids, sample.Image.Width, sample.Image.Height));

            // Columns that end in _file_name become pictures. Every line of every split has the same members and types, never null: the loader
            // refuses splits whose members differ.
            list.WriteLine(JsonSerializer.Serialize(
                new Dictionary<string, string>
                {
                    ["image_file_name"] = $"images/{file}",
                    ["label_file_name"] = $"labels/{file}",
                    ["id"] = sample.Id,
                    ["group"] = groups.GetValueOrDefault((split, sample.Id), ""),
                },
                Json));
        }
    }

    private static Dictionary<(Split, string), string> Groups(CuratedSet set)
    {
        var groups = new Dictionary<(Split, string), string>();
        foreach (var text in File.ReadLines(Path.Combine(set.Folder, set.Manifest.Samples.File)))
        {
            var line = JsonSerializer.Deserialize(text, CuratedLineContext.Default.CuratedLine)!;
            if (line.Group.Length > 0)
                groups[(line.Split, line.Id)] = line.Group;
        }

        return groups;
    }

    // The loader knows "validation"; "val" only as a part of a name.
    private static string Name(Split split) => split == Split.Val ? "validation" : split.ToString().ToLowerInvariant();

    private static string Card(CuratedSet set)
    {
        var text = new StringBuilder("---\ntask_categories:\n- image-segmentation\n---\n\n");
        text.Append(CultureInfo.InvariantCulture, $"# {set.Manifest.Name}\n\nCurated by RoadSeg from the layout `{set.Manifest.Layout}`, version `{set.Version}`. Licence and origin: {(set.Manifest.Licence.Length > 0 ? set.Manifest.Licence : "not stated")}.\n\n");
        text.Append("`label` holds class ids (`id2label.json`); 255 is unlabelled.\n\n| split | images |\n|---|---|\n");
        foreach (var split in set.Manifest.Splits)
            text.Append(CultureInfo.InvariantCulture, $"| {Name(split.Split)} | {split.Samples} |\n");
        return text.ToString();
    }
}
