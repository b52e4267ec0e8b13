using SkiaSharp;

namespace RoadSeg.Trainer.Pictures;

/// <summary>The machine's fonts. Without any, pictures are drawn without words.</summary>
internal static class Lettering
{
    // In the order of preference; any other is better than none.
    private static readonly string[] Preferred =
    [
        "Inter",
        "DejaVu Sans",
        "Liberation Sans",
        "Noto Sans",
        "Open Sans",
        "Arial",
        "Helvetica",
    ];

    /// <summary>Name of the family that pictures are lettered in; null where the machine has no font.</summary>
    public static string? Family { get; } =
        Preferred.FirstOrDefault(SKFontManager.Default.FontFamilies.Contains) ?? SKFontManager.Default.FontFamilies.FirstOrDefault();

    private static readonly SKTypeface Regular = SKTypeface.FromFamilyName(Family);
    private static readonly SKTypeface Bold = SKTypeface.FromFamilyName(Family, SKFontStyle.Bold);

    /// <summary>The family at a size; the caller disposes it.</summary>
    /// <param name="size">Pixels from line to line, about.</param>
    public static SKFont Font(float size, bool bold = false) => new(bold ? Bold : Regular, size) { Subpixel = true };

    /// <summary>Pixels that a line of text is wide.</summary>
    public static float Width(string text, float size)
    {
        using var font = Font(size);
        return font.MeasureText(text);
    }
}
