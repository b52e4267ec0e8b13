using RoadSeg.Imaging.Native;

namespace RoadSeg.Imaging;

/// <summary>Builds the native steps from a stored picture to three 8-bit sRGB channels.</summary>
internal static class ColorConversion
{
    private const string IccField = "icc-profile-data";

    /// <summary>The picture in sRGB without transparency. Nothing is computed before rows are read.</summary>
    public static VipsImage ToSrgb(VipsImage stored)
    {
        using var colored = InSrgb(stored);
        using var flat = colored.HasAlpha ? Flatten(colored) : null;
        var result = flat ?? colored;
        if (result.Bands != 3 || result.BandFormat != VipsBandFormat.UChar)
            throw new VipsException("to sRGB", $"{result.Bands} channels of format {result.BandFormat} came out");
        using var cast = new VipsOperation("copy").Set("in", result);
        return cast.Image();
    }

    private static VipsImage InSrgb(VipsImage stored)
    {
        var cmyk = stored.Interpretation == VipsInterpretation.Cmyk;
        if (cmyk || Vips.HasField(stored, IccField))
        {
            try
            {
                using var icc = new VipsOperation("icc_transform");
                return icc.Set("in", stored)
                    .Set("output_profile", "srgb")
                    .Set("input_profile", cmyk ? "cmyk" : "srgb")
                    .Set("embedded", true)
                    .Set("depth", 8)
                    .Image();
            }
            catch (VipsException)
            {
                // The profile is broken or of another colour model: the picture is taken as if it had none.
            }
        }

        using var convert = new VipsOperation("colourspace");
        return convert.Set("in", stored).Set("space", VipsInterpretation.Srgb).Image();
    }

    private static VipsImage Flatten(VipsImage image)
    {
        using var flatten = new VipsOperation("flatten");
        return flatten.Set("in", image).Image();
    }
}
