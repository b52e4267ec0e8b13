using System.Text.Json;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>COCO instances, a list for each split. A connected region is an annotation: a polygon, or run lengths where it has holes,
/// because COCO's polygons are parts and never holes. Its tools import several parts of one annotation as they like
/// (cvat-ai/cvat#7458), so there is none.</summary>
/// <remarks>Format: https://cocodataset.org/#format-data and the mask API of cocodataset/cocoapi.</remarks>
internal sealed class CocoWriter : IExportWriter
{
    private readonly ExportedSet _set;
    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();
    private readonly SortedDictionary<string, (ExportList Images, ExportList Annotations)> _lists = new(StringComparer.Ordinal);
    private int _images;
    private long _annotations;

    public CocoWriter(ExportedSet set, ExportFiles files)
    {
        (_set, _files) = (set, files);
        ExportLabels.Of(set, "COCO", []);
    }

    public void Add(ExportedPhoto photo)
    {
        var objects = ExportObjects.Of(photo);
        var (file, split) = ($"{_names.Of(photo.Id)}.{photo.Extension}", ExportPaths.Word(photo.Split));
        _files.Add(ExportPaths.Of("images", split, file), photo.File.Span);
        var (images, annotations) = ListOf(split ?? "default");
        images.Add(json =>
        {
            json.WriteStartObject();
            json.WriteNumber("id", ++_images);
            json.WriteString("file_name", file);
            json.WriteNumber("width", photo.Width);
            json.WriteNumber("height", photo.Height);
            json.WriteEndObject();
        });
        foreach (var region in objects.Where(region => region.ClassId != ExportObjects.Unlabelled))
            annotations.Add(json => Annotation(json, photo, region));
    }

    public void Finish()
    {
        foreach (var (name, (images, annotations)) in _lists)
        {
            using var file = _files.Open($"annotations/instances_{name}.json");
            file.Write("{\"info\":"u8);
            Write(file, Info);
            file.Write(",\"licenses\":[],\"categories\":"u8);
            Write(file, Categories);
            file.Write(",\"images\":"u8);
            images.CopyTo(file);
            file.Write(",\"annotations\":"u8);
            annotations.CopyTo(file);
            file.Write("}\n"u8);
        }
    }

    private static void Write(Stream file, Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(file, ExportJson.Options);
        write(json);
    }

    private void Info(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("description", _set.Name);
        json.WriteString("version", _set.Version);
        json.WriteEndObject();
    }

    // From 1: many readers take category 0 for the background.
    private void Categories(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var label in _set.Labels.Classes)
        {
            json.WriteStartObject();
            json.WriteNumber("id", label.Id + 1);
            json.WriteString("name", label.Name);
            json.WriteString("supercategory", "");
            Numbers(json, "color", [label.Color.R, label.Color.G, label.Color.B]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private (ExportList Images, ExportList Annotations) ListOf(string name)
    {
        if (!_lists.TryGetValue(name, out var list))
            _lists[name] = list = (new ExportList(_files.Aside()), new ExportList(_files.Aside()));
        return list;
    }

    private void Annotation(Utf8JsonWriter json, ExportedPhoto photo, MaskObject region)
    {
        var (left, top, right, bottom) = region.Box;
        json.WriteStartObject();
        json.WriteNumber("id", ++_annotations);
        json.WriteNumber("image_id", _images);
        json.WriteNumber("category_id", region.ClassId + 1);
        json.WriteNumber("iscrowd", 0);
        json.WriteNumber("area", region.Area);
        Numbers(json, "bbox", [left, top, right - left, bottom - top]);
        if (region.Outline is { } outline && outline.SignedArea == region.Area)
        {
            json.WriteStartArray("segmentation");
            json.WriteStartArray();
            for (var i = 0; i < outline.Count; i++)
            {
                json.WriteNumberValue(outline[i].X);
                json.WriteNumberValue(outline[i].Y);
            }

            json.WriteEndArray();
            json.WriteEndArray();
        }
        else
        {
            json.WriteStartObject("segmentation");
            Numbers(json, "size", [photo.Height, photo.Width]);
            json.WriteString("counts", CocoRle.Compress(RunsAsCounts.ByColumn(region, photo.Width, photo.Height)));
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, string name, int[] numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers)
            json.WriteNumberValue(number);
        json.WriteEndArray();
    }
}
