using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>A set of which single points are labelled: what a person can do for dozens of photos in an hour. As JSON
/// <c>{"photo.jpg": [{"x": 0.5, "y": 0.9, "class": "road"}]}</c>, x and y as shares of width and height.</summary>
internal static class LabelledPoints
{
    private sealed record Point(double X, double Y, string Class);

    /// <param name="file">The JSON file.</param>
    /// <param name="photos">Folder that its names begin in.</param>
    /// <param name="labels">Classes of the model that is scored.</param>
    public static SegmentationSet Read(string file, string photos, LabelCatalogue labels)
    {
        Check.That(File.Exists(file), $"There is no file {file} with labelled points.");
        try
        {
            var points = JsonSerializer.Deserialize<Dictionary<string, Point[]?>>(File.ReadAllText(file), JsonSerializerOptions.Web) ?? [];
            Check.That(points.Values.Any(of => of is { Length: > 0 }), $"{file} has no points.");
            return new SegmentationSet(
                "points",
                labels,
                [.. points.Where(photo => photo.Value is not null).Select(photo => Frame(photo.Key, photo.Value!, photos, labels))]
            );
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file} is no file of labelled points: {JsonFault.Of(e)}", e);
        }
    }

    private static Frame Frame(string name, Point[] points, string photos, LabelCatalogue labels)
    {
        var path = Path.Combine(photos, name);
        Check.That(File.Exists(path), $"The points name {name}, which is not in {photos}.");
        var file = File.ReadAllBytes(path);
        var image = Decode(name, file);
        var mask = new byte[image.Width * image.Height];
        mask.AsSpan().Fill((byte)(labels.IgnoreId ?? 255));
        foreach (var point in points)
        {
            var label = labels.Classes.FirstOrDefault(label => label.Name == point.Class);
            Check.That(label is not null, $"A point of {name} is of class '{point.Class}', which the model does not have.");
            Check.That(point is { X: >= 0 and < 1, Y: >= 0 and < 1 }, $"A point of {name} is outside it: x and y are 0 to below 1.");
            mask[((int)(point.Y * image.Height) * image.Width) + (int)(point.X * image.Width)] = (byte)label!.Id;
        }

        return new Frame(name, image, mask);
    }

    private static RgbImage Decode(string name, byte[] file)
    {
        try
        {
            return ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{name}: {e.Message}", e);
        }
    }
}
