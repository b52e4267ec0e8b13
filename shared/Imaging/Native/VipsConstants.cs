namespace RoadSeg.Imaging.Native;

// Values of libvips's enums, which are part of its ABI (libvips/include/vips: image.h, foreign.h).

internal static class VipsBandFormat
{
    public const int UChar = 0;
    public const int UShort = 2;
}

internal static class VipsInterpretation
{
    public const int BW = 1;
    public const int Cmyk = 15;
    public const int Rgb = 17;
    public const int Srgb = 22;
    public const int Rgb16 = 25;
    public const int Grey16 = 26;
}

internal static class VipsAccess
{
    public const int Sequential = 1;
}

internal static class VipsFailOn
{
    public const int Error = 2;
}

internal static class VipsPngFilter
{
    public const int All = 0xF8;
}
