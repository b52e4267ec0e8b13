using System.Text;

namespace RoadSeg.Tests;

/// <summary>Files that are no photos, or photos that cannot be used.</summary>
public static class BadPhotos
{
    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "empty",
        "text named jpg",
        "script named jpg",
        "png bomb",
        "png whose pixels overflow 32 bits",
        "jpeg cut in its header",
        "jpeg cut in its pixels",
        "png of random bytes",
        "animated gif",
        "animated webp",
        "tiff of two pages",
    ];

    /// <summary>The photo of a kind.</summary>
    public static byte[] Of(string kind) => kind switch
    {
        "empty" => [],
        "text named jpg" => Encoding.UTF8.GetBytes("This is no photo."),
        "script named jpg" => Encoding.UTF8.GetBytes("<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>"),
        "png bomb" => Photos.PngHeader(65_000, 65_000),
        "png whose pixels overflow 32 bits" => Photos.PngHeader(65_536, 65_536),
        "jpeg cut in its header" => Photos.Street[..300],
        "jpeg cut in its pixels" => Photos.Street[..(Photos.Street.Length / 2)],
        "png of random bytes" => [.. Photos.Fixture("upright.png").AsSpan(0, 60), .. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7919))],
        "animated gif" => Photos.Fixture("animated.gif"),
        "animated webp" => Photos.Fixture("animated.webp"),
        "tiff of two pages" => Photos.Fixture("pages.tif"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
