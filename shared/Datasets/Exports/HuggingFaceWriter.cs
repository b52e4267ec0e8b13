using System.Globalization;
using System.Text;
using System.Text.Json;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Exports;

/// <summary>A Hugging Face image folder: <c>load_dataset("imagefolder", data_dir=...)</c> of Python's <c>datasets</c> gives the columns
/// <c>image</c>, <c>label</c> (ids, 255 unlabelled), <c>id</c> and <c>group</c>.</summary>
/// <remarks>Format: https://huggingface.co/docs/datasets/image_dataset.</remarks>
internal sealed class HuggingFaceWriter(ExportedSet set, ExportFiles files) : IExportWriter
{
    private readonly SortedDictionary<Split, (Stream List, int Photos)> splits = [];

    public void Add(ExportedPhoto photo)
    {
        // Photos without a division are train, which is what the loader calls them.
        var split = photo.Split ?? Split.Train;
        var (list, number) = splits.TryGetValue(split, out var known) ? known : (files.Aside(), 0);
        splits[split] = (list, number + 1);
        var (image, label) = ($"images/{number:D6}.{photo.Extension}", $"labels/{number:D6}.png");
        files.Add($"{Name(split)}/{image}", photo.File.Span);
        files.Add($"{Name(split)}/{label}", GrayPng.Encode(photo.Ids, photo.Width, photo.Height));

        // Columns that end in _file_name become pictures. Every line of every split has the same members and types, never null: the loader
        // refuses splits whose members differ.
        using (var json = new Utf8JsonWriter(list, ExportJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("image_file_name", image);
            json.WriteString("label_file_name", label);
            json.WriteString("id", photo.Id);
            json.WriteString("group", photo.Group);
            json.WriteEndObject();
        }

        list.WriteByte((byte)'\n');
    }

    public void Finish()
    {
        foreach (var (split, (list, _)) in splits)
        {
            using var file = files.Open($"{Name(split)}/metadata.jsonl");
            ExportFiles.Copy(list, file);
        }

        using (var names = files.Open("id2label.json"))
        {
            using (var json = new Utf8JsonWriter(names, ExportJson.Options))
            {
                json.WriteStartObject();
                foreach (var label in set.Labels.Classes)
                    json.WriteString(label.Id.ToString(CultureInfo.InvariantCulture), label.Name);
                json.WriteEndObject();
            }

            names.WriteByte((byte)'\n');
        }

        files.Add("README.md", Card());
    }

    // The loader knows "validation"; "val" only as a part of a name.
    private static string Name(Split split) => split == Split.Val ? "validation" : ExportPaths.Word(split)!;

    private string Card()
    {
        var text = new StringBuilder("---\ntask_categories:\n- image-segmentation\n---\n\n");
        text.Append(
            CultureInfo.InvariantCulture,
            $"# {set.Name}\n\nMade by RoadSeg{(set.Version.Length > 0 ? $", version `{set.Version}`" : "")}. Licence and origin: "
                + $"{(set.Origin.Length > 0 ? set.Origin : "not stated")}.\n\n"
        );
        text.Append("`label` holds class ids (`id2label.json`); 255 is unlabelled.\n\n| split | images |\n|---|---|\n");
        foreach (var (split, (_, photos)) in splits)
            text.Append(CultureInfo.InvariantCulture, $"| {Name(split)} | {photos} |\n");
        return text.ToString();
    }
}
