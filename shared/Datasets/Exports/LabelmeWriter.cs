using System.Globalization;
using System.Text;
using System.Text.Json;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>Labelme: a file beside each photo. Its polygons have no holes and its masks cannot be edited, so every connected region is
/// its filled outline and what lies within it comes later, on top: the other classes, and <c>__ignore__</c> for pixels without a
/// label.</summary>
/// <remarks>Format: wkentaro/labelme, labelme/_label_file.py; <c>__ignore__</c> and <c>_background_</c> are those of its
/// examples/semantic_segmentation.</remarks>
internal sealed class LabelmeWriter : IExportWriter
{
    private const string Ignored = "__ignore__";
    private const string Background = "_background_";

    private readonly ExportedSet _set;
    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();

    public LabelmeWriter(ExportedSet set, ExportFiles files)
    {
        (_set, _files) = (set, files);
        ExportLabels.Of(set, "Labelme", [Ignored, Background]);
    }

    public void Add(ExportedPhoto photo)
    {
        var objects = ExportObjects.Of(photo);
        if (objects.Any(region => region.Outline is null))
            throw new Errors.RoadSegException(
                Errors.ErrorCodes.MaskTooComplex,
                $"{DatasetErrors.Shown(photo.Id)}: the mask has more corners than outlines may have. Export to voc or huggingface."
            );
        var (name, split) = (_names.Of(photo.Id), ExportPaths.Word(photo.Split));
        _files.Add(ExportPaths.Of(split, $"{name}.{photo.Extension}"), photo.File.Span);
        using var file = _files.Open(ExportPaths.Of(split, $"{name}.json"));
        using var json = new Utf8JsonWriter(file, ExportJson.Options);
        json.WriteStartObject();
        json.WriteString("version", "5.5.0");
        json.WriteStartObject("flags");
        json.WriteEndObject();
        json.WriteStartArray("shapes");

        // What encloses another region encloses more pixels than that one does. At the border nothing is enclosed.
        foreach (
            var region in objects
                .Where(region => region.ClassId != ExportObjects.Unlabelled || !Touches(region.Box, photo))
                .OrderByDescending(region => region.Outline!.SignedArea)
        )
            Shape(json, region);
        json.WriteEndArray();
        json.WriteString("imagePath", $"{name}.{photo.Extension}");
        json.WriteNull("imageData");
        json.WriteNumber("imageHeight", photo.Height);
        json.WriteNumber("imageWidth", photo.Width);
        json.WriteEndObject();
    }

    public void Finish()
    {
        _files.Add(
            "labels.txt",
            string.Concat(((string[])[Ignored, Background, .. _set.Labels.Classes.Select(label => label.Name)]).Select(name => $"{name}\n"))
        );
        var config = new StringBuilder("shape_color: manual\nlabel_colors:\n");
        foreach (var label in _set.Labels.Classes)
            config.Append(
                CultureInfo.InvariantCulture,
                $"  {ExportLabels.Quoted(label.Name)}: [{label.Color.R}, {label.Color.G}, {label.Color.B}]\n"
            );
        _files.Add("labelme.yaml", config.ToString());
    }

    private static bool Touches((int Left, int Top, int Right, int Bottom) box, ExportedPhoto photo) =>
        box.Left == 0 || box.Top == 0 || box.Right == photo.Width || box.Bottom == photo.Height;

    private void Shape(Utf8JsonWriter json, MaskObject region)
    {
        json.WriteStartObject();
        json.WriteString("label", region.ClassId == ExportObjects.Unlabelled ? Ignored : _set.Labels.Classes[region.ClassId].Name);
        json.WriteStartArray("points");
        for (var i = 0; i < region.Outline!.Count; i++)
        {
            json.WriteStartArray();
            json.WriteNumberValue(region.Outline[i].X);
            json.WriteNumberValue(region.Outline[i].Y);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteNull("group_id");
        json.WriteString("description", "");
        json.WriteString("shape_type", "polygon");
        json.WriteStartObject("flags");
        json.WriteEndObject();
        json.WriteNull("mask");
        json.WriteEndObject();
        json.Flush();
    }
}
