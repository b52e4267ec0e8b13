using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Curation;

/// <summary>Writes a curated set as a Hugging Face image folder: <c>load_dataset("imagefolder", data_dir=...)</c> of Python's
/// <c>datasets</c> gives the columns <c>image</c>, <c>label</c> (ids, 255 unlabelled), <c>id</c> and <c>group</c>.</summary>
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
        foreach (var split in set.Manifest.Splits)
            WriteSplit(set, split.Split, Path.Combine(staging.Path, Name(split.Split)), cancel);
        var names = set.Labels.Classes.ToDictionary(label => label.Id.ToString(CultureInfo.InvariantCulture), label => label.Name);
        File.WriteAllText(Path.Combine(staging.Path, "id2label.json"), JsonSerializer.Serialize(names, Json) + "\n");
        File.WriteAllText(Path.Combine(staging.Path, "README.md"), Card(set));
        staging.MoveTo(target);
    }

    private static void WriteSplit(CuratedSet set, Split split, string folder, CancellationToken cancel)
    {
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        Directory.CreateDirectory(Path.Combine(folder, "labels"));
        using var list = new StreamWriter(Path.Combine(folder, "metadata.jsonl"));
        var number = 0;
        foreach (var (sample, group) in set.Samples(split).Zip(Groups(set, split)))
        {
            cancel.ThrowIfCancellationRequested();
            var file = $"{number++:D6}.png";
            File.WriteAllBytes(Path.Combine(folder, "images", file), PhotoEncoder.Png(sample.Image));
            File.WriteAllBytes(Path.Combine(folder, "labels", file), GrayPng.Encode(sample.Ids, sample.Image.Width, sample.Image.Height));

            // Columns that end in _file_name become pictures. Every line of every split has the same members and types, never null: the
            // loader refuses splits whose members differ.
            list.WriteLine(
                JsonSerializer.Serialize(
                    new Dictionary<string, string>
                    {
                        ["image_file_name"] = $"images/{file}",
                        ["label_file_name"] = $"labels/{file}",
                        ["id"] = sample.Id,
                        ["group"] = group,
                    },
                    Json
                )
            );
        }
    }

    // The lines are in the order of the shards; two samples may have one identifier.
    private static IEnumerable<string> Groups(CuratedSet set, Split split)
    {
        var (file, number) = (set.Manifest.Samples.File, 0);
        var path = Path.Combine(set.Folder, file);
        if (Path.GetFileName(file) != file || !File.Exists(path))
            throw CuratedManifest.Invalid($"{file} is missing.");
        foreach (var text in File.ReadLines(path))
        {
            number++;
            if (Line(text, file, number) is { } line && line.Split == split)
                yield return line.Group;
        }

        // A damaged list must not cut the export short.
        while (true)
            yield return "";
    }

    private static CuratedLine Line(string text, string file, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(text, CuratedLineContext.Default.CuratedLine)
                ?? throw CuratedManifest.Invalid($"Line {number} of {file} is null.");
        }
        catch (JsonException e)
        {
            throw CuratedManifest.Invalid($"Line {number} of {file} cannot be read: {JsonFault.Of(e)}", e);
        }
    }

    // The loader knows "validation"; "val" only as a part of a name.
    private static string Name(Split split) => split == Split.Val ? "validation" : split.ToString().ToLowerInvariant();

    private static string Card(CuratedSet set)
    {
        var text = new StringBuilder("---\ntask_categories:\n- image-segmentation\n---\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"# {set.Manifest.Name}\n\nCurated by RoadSeg from the layout `{set.Manifest.Layout}`, version `{set.Version}`. Licence and "
                + $"origin: {(set.Manifest.Licence.Length > 0 ? set.Manifest.Licence : "not stated")}.\n\n"
        );
        text.Append("`label` holds class ids (`id2label.json`); 255 is unlabelled.\n\n| split | images |\n|---|---|\n");
        foreach (var split in set.Manifest.Splits)
            text.Append(CultureInfo.InvariantCulture, $"| {Name(split.Split)} | {split.Samples} |\n");
        return text.ToString();
    }
}
