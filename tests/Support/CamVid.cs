using System.Text.Json;
using RoadSeg.Datasets.Curation;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests;

/// <summary>The real frames beside the checkout (<c>../shared/data/camvid</c>): research use only, never committed.</summary>
public static class CamVid
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static LabelCatalogue Labels(string root)
    {
        var all = JsonSerializer.Deserialize<LabelCatalogue>(File.ReadAllText(Path.Combine(root, "classes.json")), Json)!;
        return new LabelCatalogue(all.Classes, 255);
    }

    /// <summary>Frames of a split in the order of their names, at their own size; 255 is unlabelled.</summary>
    /// <param name="root">Folder with classes.json.</param>
    /// <param name="split">train or val.</param>
    /// <param name="every">Of so many frames the first.</param>
    public static IEnumerable<CuratedSample> Frames(string root, string split, int every = 1)
    {
        var classes = Labels(root).Count;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, split), "*.png").Order(StringComparer.Ordinal).Where((_, i) => i % every == 0))
        {
            var photo = File.ReadAllBytes(file);
            var mask = MaskPng.Decode(File.ReadAllBytes(Path.Combine(root, split + "annot", Path.GetFileName(file))), ImageLimits.Default);
            yield return new CuratedSample(
                Path.GetFileNameWithoutExtension(file),
                ImageDecoder.Decode(photo, ImageProbe.Read(photo, ImageLimits.Default)),
                [.. mask.Ids.Select(id => id < classes ? id : (byte)255)]);
        }
    }
}
