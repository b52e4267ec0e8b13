using System.Globalization;
using RoadSeg.Imaging;

namespace RoadSeg.Functions.Uploads;

internal static class PhotoLimits
{
    /// <summary>Limits of a photo: settings ROADSEG_MAX_BYTES (default 64 MiB) and ROADSEG_MAX_PIXELS (default 100 million).</summary>
    public static void AddPhotoLimits(this IServiceCollection services, IConfiguration settings)
    {
        var limits = new ImageLimits();
        services.AddSingleton(new ImageLimits(
            Read(settings, "ROADSEG_MAX_BYTES", limits.MaxBytes),
            Read(settings, "ROADSEG_MAX_PIXELS", limits.MaxPixels),
            limits.MaxSide));
    }

    private static long Read(IConfiguration settings, string name, long standard)
    {
        if (settings[name] is not { Length: > 0 } text)
            return standard;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new InvalidOperationException($"{name} is '{text}': write a whole number.");
    }
}
