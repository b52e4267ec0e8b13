using NetVips;

namespace RoadSeg.Imaging;

/// <summary>Builds the native steps from a stored picture to three 8-bit sRGB channels.</summary>
internal static class ColorConversion
{
    /// <summary>The picture in sRGB without transparency. Nothing is computed before rows are read.</summary>
    /// <exception cref="VipsException">No such conversion.</exception>
    public static Image ToSrgb(Image stored)
    {
        using var colored = InSrgb(stored);
        using var flat = colored.HasAlpha() ? colored.Flatten() : null;
        var result = flat ?? colored;
        return result.Bands == 3 && result.Format == Enums.BandFormat.Uchar
            ? result.Copy()
            : throw new VipsException($"{result.Bands} channels of format {result.Format} came out of the conversion to sRGB");
    }

    private static Image InSrgb(Image stored)
    {
        var cmyk = stored.Interpretation == Enums.Interpretation.Cmyk;
        if (cmyk || stored.Contains("icc-profile-data"))
        {
            try
            {
                return stored.IccTransform("srgb", inputProfile: cmyk ? "cmyk" : "srgb", embedded: true, depth: 8);
            }
            catch (VipsException)
            {
                // The profile is broken or of another colour model: the picture is taken as if it had none.
            }
        }

        return stored.Colourspace(Enums.Interpretation.Srgb);
    }
}
