using System.Globalization;
using System.Text.Json;
using System.Xml;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>CVAT for images 1.1. Every connected region is a mask of its own, because CVAT's mask holds holes and its polygon none, and
/// because its importers have stumbled over masks of several parts (cvat-ai/cvat#7458).</summary>
/// <remarks>Format: https://docs.cvat.ai/docs/dataset_management/formats/format-cvat and cvat-ai/cvat,
/// cvat/apps/dataset_manager/formats/cvat.py.</remarks>
internal sealed class CvatWriter : IExportWriter
{
    private readonly ExportedSet _set;
    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();
    private readonly XmlWriter _xml;
    private readonly Stream _list;
    private int _images;

    public CvatWriter(ExportedSet set, ExportFiles files)
    {
        (_set, _files, _list) = (set, files, files.Aside());
        ExportLabels.Of(set, "CVAT", []);
        _xml = XmlWriter.Create(
            _list,
            new XmlWriterSettings
            {
                Indent = true,
                NewLineChars = "\n",
                CloseOutput = false,
            }
        );
        Head();
    }

    public void Add(ExportedPhoto photo)
    {
        var objects = ExportObjects.Of(photo);
        var (file, subset) = ($"{_names.Of(photo.Id)}.{photo.Extension}", Subset(photo.Split));
        _files.Add(ExportPaths.Of("images", subset, file), photo.File.Span);
        _xml.WriteStartElement("image");
        _xml.WriteAttributeString("id", Text(_images++));
        _xml.WriteAttributeString("name", file);
        if (subset is not null)
            _xml.WriteAttributeString("subset", subset);
        _xml.WriteAttributeString("width", Text(photo.Width));
        _xml.WriteAttributeString("height", Text(photo.Height));
        foreach (var region in objects.Where(region => region.ClassId != ExportObjects.Unlabelled))
            Mask(region, photo.LabelledBy is null ? "manual" : "auto");
        _xml.WriteEndElement();
    }

    public void Finish()
    {
        _xml.WriteEndDocument();
        _xml.Dispose();
        using (var list = _files.Open("annotations.xml"))
            ExportFiles.Copy(_list, list);
        using var labels = _files.Open("labels.json");
        using var json = new Utf8JsonWriter(labels, ExportJson.Options);
        json.WriteStartArray();
        foreach (var label in _set.Labels.Classes)
        {
            json.WriteStartObject();
            json.WriteString("name", label.Name);
            json.WriteString("color", label.Color.ToString());
            json.WriteString("type", "any");
            json.WriteStartArray("attributes");
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Head()
    {
        _xml.WriteStartElement("annotations");
        _xml.WriteElementString("version", "1.1");
        _xml.WriteStartElement("meta");
        _xml.WriteStartElement("project");
        _xml.WriteElementString("name", _set.Name);
        _xml.WriteStartElement("labels");
        foreach (var label in _set.Labels.Classes)
        {
            _xml.WriteStartElement("label");
            _xml.WriteElementString("name", label.Name);
            _xml.WriteElementString("color", label.Color.ToString());
            _xml.WriteElementString("type", "any");
            _xml.WriteStartElement("attributes");
            _xml.WriteFullEndElement();
            _xml.WriteEndElement();
        }

        _xml.WriteEndElement();
        _xml.WriteEndElement();
        _xml.WriteEndElement();
    }

    private void Mask(MaskObject region, string source)
    {
        var (left, top, right, bottom) = region.Box;
        _xml.WriteStartElement("mask");
        _xml.WriteAttributeString("label", _set.Labels.Classes[region.ClassId].Name);
        _xml.WriteAttributeString("source", source);
        _xml.WriteAttributeString("occluded", "0");
        _xml.WriteAttributeString("rle", string.Join(", ", RunsAsCounts.ByRow(region.Runs, left, top, right - left, bottom - top)));
        _xml.WriteAttributeString("left", Text(left));
        _xml.WriteAttributeString("top", Text(top));
        _xml.WriteAttributeString("width", Text(right - left));
        _xml.WriteAttributeString("height", Text(bottom - top));
        _xml.WriteAttributeString("z_order", "0");
        _xml.WriteEndElement();
    }

    // As CVAT calls its own.
    private static string? Subset(Split? split) => split == Split.Val ? "Validation" : split?.ToString();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
