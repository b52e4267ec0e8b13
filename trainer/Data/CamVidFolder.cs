using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Data;

/// <summary>The layout <c>{split}/x.png</c> (or .jpg, .webp) beside <c>{split}annot/x.png</c> (8-bit class ids), with <c>classes.json</c>
/// at the root.</summary>
internal static class CamVidFolder
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase) { ".png", ".jpg", ".jpeg", ".webp" };

    public const string ClassesFile = "classes.json";

    /// <summary>Whether a file of the name is read as a photo.</summary>
    public static bool Takes(string name) => Extensions.Contains(Path.GetExtension(name));

    public static LabelCatalogue Labels(string root)
    {
        var path = Path.Combine(root, ClassesFile);
        Check.That(File.Exists(path), $"There is no classes.json in {root}: it lists the classes (id, name, colour) and the ignore id.");
        try
        {
            return JsonSerializer.Deserialize<LabelCatalogue>(File.ReadAllText(path), Json) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{path} is no label catalogue: {JsonFault.Of(e)}", e);
        }
        catch (ArgumentException e)
        {
            throw new TrainerException($"{path} is no label catalogue: {JsonFault.Of(e)}", e);
        }
    }

    public static bool HasSplit(string root, string split) => Directory.Exists(Path.Combine(root, split));

    /// <param name="root">Folder with classes.json.</param>
    /// <param name="split">train, val or test.</param>
    /// <param name="limit">Reads at most this many frames, evenly spread; 0 for all.</param>
    public static SegmentationSet Read(string root, string split, int limit = 0)
    {
        var labels = Labels(root);
        var (images, masks) = (Path.Combine(root, split), Path.Combine(root, split + "annot"));
        Check.That(Directory.Exists(images) && Directory.Exists(masks), $"{root} has no folders '{split}' and '{split}annot'.");
        var files = Directory
            .GetFiles(images)
            .Where(f => Extensions.Contains(Path.GetExtension(f)))
            .Order(StringComparer.Ordinal)
            .ToArray();
        Check.That(files.Length > 0, $"There are no images in {images} (looked for {string.Join(", ", Extensions)}).");
        if (limit > 0 && files.Length > limit)
            files = [.. Enumerable.Range(0, limit).Select(i => files[i * files.Length / limit])];
        var frames = new Frame[files.Length];
        try
        {
            Parallel.For(0, files.Length, i =>
                frames[i] = ReadFrame(files[i], Path.Combine(masks, Path.GetFileNameWithoutExtension(files[i]) + ".png"))
            );
            return new SegmentationSet(split, labels, frames);
        }
        catch (AggregateException e) when (e.InnerException is TrainerException inner)
        {
            throw new TrainerException(inner.Message, inner);
        }
    }

    private static Frame ReadFrame(string imagePath, string maskPath)
    {
        var name = Path.GetFileName(imagePath);
        Check.That(File.Exists(maskPath), $"{name} has no mask: {maskPath} is missing.");
        var image = Decoded(name, () =>
        {
            var file = File.ReadAllBytes(imagePath);
            return ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));
        });
        var mask = Decoded($"The mask of {name}", () => MaskPng.Decode(File.ReadAllBytes(maskPath), ImageLimits.Default));
        Check.That(
            image.Width == mask.Width && image.Height == mask.Height,
            $"{name} is {image.Width}x{image.Height}, its mask {mask.Width}x{mask.Height}: both must have one size."
        );
        return new Frame(name, image, mask.Ids);
    }

    private static T Decoded<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{name}: {e.Message}", e);
        }
    }
}
