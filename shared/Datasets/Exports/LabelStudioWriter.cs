using System.Text.Json;
using System.Xml;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>Label Studio: tasks.json to import, label_config.xml for the project's labels, and the photos for its local storage. A region
/// is a brush, which holds holes; regions that are too small to be corrected one by one are one brush of their class. What a model labelled
/// are predictions.</summary>
/// <remarks>Format: https://labelstud.io/guide/predictions and https://labelstud.io/guide/tasks.</remarks>
internal sealed class LabelStudioWriter : IExportWriter
{
    private const int SmallestRegion = 64;
    private const string Control = "label";
    private const string Picture = "image";

    private readonly ExportedSet _set;
    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();
    private readonly ExportList _list;
    private int _tasks;

    public LabelStudioWriter(ExportedSet set, ExportFiles files)
    {
        (_set, _files, _list) = (set, files, new ExportList(files.Aside()));
        ExportLabels.Of(set, "Label Studio", []);
    }

    public void Add(ExportedPhoto photo)
    {
        var objects = ExportObjects.Of(photo, SmallestRegion);
        var file = $"{_names.Of(photo.Id)}.{photo.Extension}";
        _files.Add($"images/{file}", photo.File.Span);
        _list.Add(json => Task(json, photo, objects, file));
    }

    public void Finish()
    {
        using (var list = _files.Open("tasks.json"))
            _list.CopyTo(list);
        using var config = _files.Open("label_config.xml");
        using var xml = XmlWriter.Create(
            config,
            new XmlWriterSettings
            {
                Indent = true,
                NewLineChars = "\n",
                OmitXmlDeclaration = true,
            }
        );
        xml.WriteStartElement("View");
        xml.WriteStartElement("Image");
        xml.WriteAttributeString("name", Picture);
        xml.WriteAttributeString("value", "$image");
        xml.WriteAttributeString("zoom", "true");
        xml.WriteEndElement();
        xml.WriteStartElement("BrushLabels");
        xml.WriteAttributeString("name", Control);
        xml.WriteAttributeString("toName", Picture);
        foreach (var label in _set.Labels.Classes)
        {
            xml.WriteStartElement("Label");
            xml.WriteAttributeString("value", label.Name);
            xml.WriteAttributeString("background", label.Color.ToString());
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
        xml.WriteEndElement();
    }

    private void Task(Utf8JsonWriter json, ExportedPhoto photo, IReadOnlyList<MaskObject> objects, string file)
    {
        json.WriteStartObject();
        json.WriteNumber("id", ++_tasks);
        json.WriteStartObject("data");
        json.WriteString("image", $"/data/local-files/?d={Uri.EscapeDataString(_set.Name)}/images/{Uri.EscapeDataString(file)}");
        json.WriteString("name", photo.Id);
        if (ExportPaths.Word(photo.Split) is { } split)
            json.WriteString("split", split);
        json.WriteEndObject();
        json.WriteStartArray(photo.LabelledBy is null ? "annotations" : "predictions");
        json.WriteStartObject();
        json.WriteNumber("id", _tasks);
        if (photo.LabelledBy is { } model)
            json.WriteString("model_version", model);
        json.WriteStartArray("result");
        var number = 0;
        foreach (var region in objects.Where(region => region.ClassId != ExportObjects.Unlabelled))
            Brush(json, photo, region, $"{_tasks}-{++number}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Brush(Utf8JsonWriter json, ExportedPhoto photo, MaskObject region, string id)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("type", "brushlabels");
        json.WriteString("from_name", Control);
        json.WriteString("to_name", Picture);
        json.WriteNumber("original_width", photo.Width);
        json.WriteNumber("original_height", photo.Height);
        json.WriteNumber("image_rotation", 0);
        json.WriteStartObject("value");
        json.WriteString("format", "rle");
        json.WriteStartArray("rle");
        foreach (var octet in BrushEncoder.Encode(region.Runs, photo.Width, photo.Height))
            json.WriteNumberValue(octet);
        json.WriteEndArray();
        json.WriteStartArray("brushlabels");
        json.WriteStringValue(_set.Labels.Classes[region.ClassId].Name);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}
