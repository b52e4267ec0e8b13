using System.Globalization;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Teaching;

/// <summary>Rectangles that a person drew on photos, each wholly of one class: what is known for certain where teachers are wrong. As JSON
/// <c>{"night/0001.jpg": "sky .1 .05 .5 .25; road .1 .65 .7 .97"}</c>: class, left, top, right, bottom as shares of width and height. A
/// name is the end of a photo's path.</summary>
internal sealed class LabelledRectangles
{
    private readonly Dictionary<string, IReadOnlyList<Rectangle>> _of;

    private LabelledRectangles(Dictionary<string, IReadOnlyList<Rectangle>> of) => _of = of;

    public static LabelledRectangles None { get; } = new([]);

    /// <exception cref="TrainerException">No such file, not of this form, or of a class that <paramref name="labels"/> lacks.</exception>
    public static LabelledRectangles Read(string file, LabelCatalogue labels)
    {
        Check.That(File.Exists(file), $"There is no file {file} with rectangles.");
        try
        {
            var texts = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [];
            var of = texts.ToDictionary(
                photo => photo.Key,
                IReadOnlyList<Rectangle> (photo) =>
                    [
                        .. photo
                            .Value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                            .Select(text => Parse(text, photo.Key, file, labels)),
                    ],
                StringComparer.Ordinal
            );
            return new LabelledRectangles(of);
        }
        catch (JsonException e)
        {
            throw new TrainerException($"{file} is no file of rectangles: {JsonFault.Of(e)}", e);
        }
    }

    /// <summary>Names that are those of no photo: a typing mistake, or of a folder that is not looked at.</summary>
    /// <param name="paths">The photos.</param>
    public IReadOnlyList<string> Unknown(IReadOnlyList<string> paths) => [.. _of.Keys.Where(name => !paths.Any(path => Ends(path, name)))];

    /// <summary>Draws those of a photo, over what is there; the later over the earlier.</summary>
    /// <param name="path">Of the photo.</param>
    /// <param name="mask">[height, width].</param>
    public void Draw(string path, byte[] mask, int width, int height)
    {
        foreach (var r in Of(path))
        {
            var (left, right) = ((int)Math.Round(r.Left * width), (int)Math.Round(r.Right * width));
            for (var y = (int)Math.Round(r.Top * height); y < (int)Math.Round(r.Bottom * height); y++)
                mask.AsSpan((y * width) + left, right - left).Fill(r.Id);
        }
    }

    private IReadOnlyList<Rectangle> Of(string path) => _of.FirstOrDefault(photo => Ends(path, photo.Key)).Value ?? [];

    private static bool Ends(string path, string name) => $"/{path.Replace('\\', '/')}".EndsWith($"/{name}", StringComparison.Ordinal);

    private static Rectangle Parse(string text, string photo, string file, LabelCatalogue labels)
    {
        // The last four words are the sides: a class may have several.
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = string.Join(' ', parts.SkipLast(4));
        var label = labels.Classes.FirstOrDefault(label => label.Name == name);
        Check.That(label is not null, $"{file}: a rectangle of {photo} is of class '{name}', which is not among the classes.");
        var sides = parts
            .TakeLast(4)
            .Select(side => double.TryParse(side, CultureInfo.InvariantCulture, out var share) ? share : double.NaN)
            .ToArray();
        Check.That(
            sides is [>= 0 and var left, >= 0 and var top, <= 1 and var right, <= 1 and var bottom] && left < right && top < bottom,
            $"{file}: '{text}' of {photo} is no rectangle: class, left, top, right, bottom, each 0 to 1, left before right, top before bottom."
        );
        return new Rectangle((byte)label!.Id, sides[0], sides[1], sides[2], sides[3]);
    }

    private readonly record struct Rectangle(byte Id, double Left, double Top, double Right, double Bottom);
}
