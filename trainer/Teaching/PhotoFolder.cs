using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Teaching;

/// <summary>A folder of photos without labels: the photos themselves, or <c>images</c> with them and <c>masks</c> with what is known of
/// some: PNG of the photo's name and size, ids of the data set's classes, 255 for unknown.</summary>
internal static class PhotoFolder
{
    private const int SmallestSide = 64;
    private const byte Unknown = 255;

    /// <summary>Subfolder of the photos, where there is one.</summary>
    public const string Images = "images";

    private const string Masks = "masks";
    private static readonly HashSet<string> Extensions = new(
        [".png", ".jpg", ".jpeg", ".webp", ".avif", ".tif", ".tiff", ".heic"],
        StringComparer.OrdinalIgnoreCase
    );

    /// <returns>Paths of the photos in order.</returns>
    public static IReadOnlyList<string> List(IEnumerable<string> folders) => [.. folders.SelectMany(List)];

    /// <summary>Whether some of the photos may have masks of what is known of them.</summary>
    public static bool HasMasks(string folder) => Directory.Exists(Path.Combine(folder, Masks));

    /// <summary>A photo as training sees it: no larger than the model's input, which is what serving would make of it.</summary>
    public static RgbImage Read(string path, PreprocessSpec input)
    {
        try
        {
            var file = File.ReadAllBytes(path);
            var header = ImageProbe.Read(file, ImageLimits.Default);
            Check.That(
                Math.Min(header.OrientedWidth, header.OrientedHeight) >= SmallestSide,
                $"{path} is {header.OrientedWidth}x{header.OrientedHeight}: too small to learn from ({SmallestSide} pixels a side at "
                    + "least). Take it out of the folder."
            );
            var (width, height) = SizeOf(header.OrientedWidth, header.OrientedHeight, input);
            return (width, height) == (header.OrientedWidth, header.OrientedHeight)
                ? ImageDecoder.Decode(file, header)
                : ImageDecoder.DecodeTo(file, header, width, height);
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{path}: {e.Message} Take it out of the folder of photos.", e);
        }
    }

    /// <summary>What is known of a photo, at the size of <see cref="Read"/>; nothing where there is no mask.</summary>
    public static byte[] Known(string path, RgbImage photo, LabelCatalogue labels)
    {
        var ignore = (byte)(labels.IgnoreId ?? Unknown);
        var masks = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(path)!)!, Masks);
        var file = Path.Combine(masks, Path.GetFileNameWithoutExtension(path) + ".png");
        var ids = new byte[photo.Width * photo.Height];
        ids.AsSpan().Fill(ignore);
        if (Path.GetFileName(Path.GetDirectoryName(path)) != Images || !File.Exists(file))
            return ids;
        var mask = Decode(file);
        var header = ImageProbe.Read(File.ReadAllBytes(path), ImageLimits.Default);
        Check.That(
            (mask.Width, mask.Height) == (header.OrientedWidth, header.OrientedHeight),
            $"{file} is {mask.Width}x{mask.Height}, its photo {header.OrientedWidth}x{header.OrientedHeight}: both must have one size."
        );
        var known = (mask.Width, mask.Height) == (photo.Width, photo.Height) ? mask.Ids : mask.ResizeTo(photo.Width, photo.Height).Ids;
        for (var i = 0; i < ids.Length; i++)
        {
            if (known[i] == Unknown || known[i] == ignore)
                continue;
            Check.That(
                known[i] < labels.Count,
                $"{file} holds id {known[i]}, which is neither a class (0-{labels.Count - 1}) nor {Unknown} for unknown."
            );
            ids[i] = known[i];
        }

        return ids;
    }

    private static string[] List(string folder)
    {
        Check.That(Directory.Exists(folder), $"There is no folder {folder} with photos (--unlabelled).");
        var images = Path.Combine(folder, Images);
        var photos = Directory
            .GetFiles(Directory.Exists(images) ? images : folder)
            .Where(file => Extensions.Contains(Path.GetExtension(file)))
            .Order(StringComparer.Ordinal)
            .ToArray();
        Check.That(
            photos.Length > 0,
            $"There are no photos in {folder} (looked for {string.Join(", ", Extensions)} there and in its folder 'images'): leave "
                + "--unlabelled out, or give a folder with photos."
        );
        return photos;
    }

    // Never enlarged: what a photo does not show cannot be learned.
    private static (int Width, int Height) SizeOf(int width, int height, PreprocessSpec input)
    {
        var area = (double)input.Width * input.Height;
        var factor = Math.Min(1, Math.Sqrt(area / ((double)width * height)) * 1.25);
        return (Math.Max(1, (int)Math.Round(width * factor)), Math.Max(1, (int)Math.Round(height * factor)));
    }

    private static IndexedImage Decode(string file)
    {
        try
        {
            return MaskPng.Decode(File.ReadAllBytes(file), ImageLimits.Default);
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{file}: {e.Message}", e);
        }
    }
}
