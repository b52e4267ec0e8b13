using System.Xml;
using System.Xml.Linq;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>What of a labelling configuration a mask can be given as.</summary>
/// <param name="DataKey">The member of a task's data that names the photo.</param>
/// <param name="Controls">The tags that label that photo, brushes first: they hold every pixel.</param>
internal sealed record LabelConfig(string DataKey, IReadOnlyList<LabelControl> Controls)
{
    private const int MostCharacters = 1 << 20;

    /// <summary>Reads a configuration.</summary>
    /// <param name="xml">As Label Studio has it.</param>
    /// <exception cref="RoadSegException">request-invalid: no XML, or nothing in it that a mask can be given as.</exception>
    public static LabelConfig Parse(string? xml)
    {
        var tags = Tags(xml ?? "").ToList();
        var images = tags.Where(static tag => Is(tag, "Image") && tag.Attribute("name") is not null)
            .DistinctBy(static tag => tag.Attribute("name")!.Value)
            .ToDictionary(static tag => tag.Attribute("name")!.Value, static tag => tag.Attribute("value")?.Value);
        var controls = tags.Where(static tag => Is(tag, "BrushLabels") || Is(tag, "PolygonLabels"))
            .Select(tag => Control(tag, images.Keys))
            .OfType<LabelControl>()
            .OrderBy(static control => control.IsBrush ? 0 : 1)
            .ToList();
        if (controls is not [{ Image: var image }, ..])
            throw Invalid("it has no BrushLabels and no PolygonLabels for an Image");
        return images[image] is ['$', .. { Length: > 0 } key]
            ? new LabelConfig(key, [.. controls.Where(control => control.Image == image)])
            : throw Invalid($"the Image '{image}' has no value such as $image, which names the task's photo");
    }

    /// <summary>The control and the name in it for a class; null where no label stands for it.</summary>
    public (LabelControl Control, string Label)? LabelOf(string className)
    {
        foreach (var control in Controls)
        {
            if (control.Labels.TryGetValue(className, out var label))
                return (control, label);
        }

        return null;
    }

    private static IEnumerable<XElement> Tags(string xml)
    {
        try
        {
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = MostCharacters,
            };
            using var reader = XmlReader.Create(new StringReader(xml), settings);
            return XDocument.Load(reader).Descendants();
        }
        catch (XmlException e)
        {
            throw Invalid($"it is no XML that is read here: {e.Message.TrimEnd('.')}", e);
        }
    }

    private static bool Is(XElement tag, string name) => tag.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static LabelControl? Control(XElement tag, IReadOnlyCollection<string> images)
    {
        var image = tag.Attribute("toName")?.Value.Split(',', StringSplitOptions.TrimEntries).FirstOrDefault(images.Contains);
        if (tag.Attribute("name")?.Value is not { } name || image is null)
            return null;
        var labels = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var label in tag.Descendants().Where(static label => Is(label, "Label")))
        {
            var (value, alias) = (label.Attribute("value")?.Value.Trim(), label.Attribute("alias")?.Value.Trim());
            foreach (var known in ((string?[])[alias, value]).Where(static text => !string.IsNullOrEmpty(text)))
                labels.TryAdd(known!, string.IsNullOrEmpty(alias) ? value! : alias);
        }

        return new LabelControl(name, image, Is(tag, "BrushLabels"), labels);
    }

    private static RoadSegException Invalid(string why, Exception? inner = null) =>
        new(ErrorCodes.RequestInvalid, $"The labelling configuration cannot be used: {why}.", inner);
}
