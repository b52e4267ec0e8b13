using System.Globalization;
using System.Text;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Exports;

/// <summary>YOLO segmentation: data.yaml, and an outline in shares of width and height in each line. The form has no holes: they are joined
/// to the outline by bridges of no width (<see cref="HoledRing"/>).</summary>
/// <remarks>Format: ultralytics/ultralytics, ultralytics/data/utils.py. data.yaml has no <c>path</c>: without it Ultralytics looks beside
/// the file, and "." would be the folder that it was started in.</remarks>
internal sealed class YoloWriter : IExportWriter
{
    private readonly ExportedSet _set;
    private readonly ExportFiles _files;
    private readonly ExportNames _names = new();
    private readonly SortedSet<Split> _splits = [];

    public YoloWriter(ExportedSet set, ExportFiles files)
    {
        (_set, _files) = (set, files);
        ExportLabels.Of(set, "YOLO", []);
    }

    public void Add(ExportedPhoto photo)
    {
        var regions = ExportObjects.Regions(photo);
        var (name, split) = (_names.Of(photo.Id), ExportPaths.Word(photo.Split));
        if (photo.Split is { } known)
            _splits.Add(known);
        _files.Add(ExportPaths.Of("images", split, $"{name}.{photo.Extension}"), photo.File.Span);
        using var file = _files.Open(ExportPaths.Of("labels", split, $"{name}.txt"));
        using var lines = new StreamWriter(file, new UTF8Encoding(false)) { NewLine = "\n" };
        foreach (var label in regions.Classes.Where(label => label.Id != ExportObjects.Unlabelled))
        {
            foreach (var region in label.Polygons)
                Line(lines, photo, label.Id, region);
        }
    }

    public void Finish()
    {
        var yaml = new StringBuilder();
        if (_splits.Count == 0)
            yaml.Append("train: images\n");
        foreach (var split in _splits)
            yaml.Append(CultureInfo.InvariantCulture, $"{ExportPaths.Word(split)}: images/{ExportPaths.Word(split)}\n");
        yaml.Append("names:\n");
        foreach (var label in _set.Labels.Classes)
            yaml.Append(CultureInfo.InvariantCulture, $"  {label.Id}: {ExportLabels.Quoted(label.Name)}\n");
        _files.Add("data.yaml", yaml.ToString());
    }

    // Seven digits: a fiftieth of a pixel at the longest side that is read, where half a pixel would move one.
    private static void Line(StreamWriter lines, ExportedPhoto photo, int id, RegionPolygon region)
    {
        lines.Write(id);
        foreach (var (x, y) in HoledRing.Of(region.Coordinates))
        {
            lines.Write(' ');
            lines.Write(((double)x / photo.Width).ToString("0.#######", CultureInfo.InvariantCulture));
            lines.Write(' ');
            lines.Write(((double)y / photo.Height).ToString("0.#######", CultureInfo.InvariantCulture));
        }

        lines.WriteLine();
    }
}
