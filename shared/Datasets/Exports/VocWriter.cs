using System.Globalization;
using System.Text;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Exports;

/// <summary>Pascal VOC, and with labelmap.txt the "Segmentation mask 1.1" of CVAT: palette pictures whose indices are VOC's (0 the
/// background, 255 unlabelled) and whose colours are those of the classes. Unlabelled pixels are black, which CVAT takes for its
/// background; of a colour that is not in labelmap.txt it would refuse the set (cvat-ai/cvat#5137).</summary>
/// <remarks>Format: the VOC2012 development kit, and cvat-ai/cvat, cvat/apps/dataset_manager/formats/mask.py.</remarks>
internal sealed class VocWriter : IExportWriter
{
    private const string Background = "background";

    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();
    private readonly SortedDictionary<string, Stream> _lists = new(StringComparer.Ordinal);
    private readonly LabelCatalogue _palette;
    private readonly byte[] _indices = new byte[256];

    public VocWriter(ExportedSet set, ExportFiles files)
    {
        _files = files;
        var labels = ExportLabels.Of(set, "VOC", ["_background_"], ':', '#');
        var colors = ExportLabels.WithoutBlack(set.Labels);

        // A class of that name is index 0, wherever it stands.
        var own = labels.FirstOrDefault(label => label.Name == Background);
        LabelClass[] indices =
        [
            new LabelClass(0, Background, own is null ? default : colors[own.Id]),
            .. labels.Where(label => label != own).Select((label, i) => new LabelClass(i + 1, label.Name, colors[label.Id])),
        ];
        if (indices.Length > ExportObjects.Unlabelled)
            throw DatasetErrors.Invalid("A palette of VOC's holds 254 classes beside the background. Export to another form.");
        _palette = new LabelCatalogue(indices, ExportObjects.Unlabelled);
        var byName = indices.ToDictionary(index => index.Name, index => (byte)index.Id, StringComparer.Ordinal);
        _indices.AsSpan().Fill(ExportObjects.Unlabelled);
        foreach (var label in labels)
            _indices[label.Id] = byName[label.Name];
    }

    public void Add(ExportedPhoto photo)
    {
        var (name, list) = (_names.Of(photo.Id), ExportPaths.Word(photo.Split) ?? "default");
        _files.Add($"JPEGImages/{name}.{photo.Extension}", photo.File.Span);
        var ids = new byte[photo.Ids.Length];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = _indices[photo.Ids[i]];
        _files.Add($"SegmentationClass/{name}.png", MaskPng.Encode(ids, photo.Width, photo.Height, _palette));
        if (!_lists.TryGetValue(list, out var names))
            _lists[list] = names = _files.Aside();
        names.Write(Encoding.UTF8.GetBytes(name + "\n"));
    }

    public void Finish()
    {
        foreach (var (name, list) in _lists)
        {
            using var file = _files.Open($"ImageSets/Segmentation/{name}.txt");
            ExportFiles.Copy(list, file);
        }

        _files.Add("class_names.txt", string.Concat(_palette.Classes.Select(label => $"{label.Name}\n")));
        var map = new StringBuilder("# label:color_rgb:parts:actions\n");
        if (_palette.Classes[0].Color != default)
            map.Append("unlabelled:0,0,0::\n");
        foreach (var (_, name, color) in _palette.Classes)
            map.Append(CultureInfo.InvariantCulture, $"{name}:{color.R},{color.G},{color.B}::\n");
        _files.Add("labelmap.txt", map.ToString());
    }
}
