using RoadSeg.Imaging;

namespace RoadSeg.Functions.Uploads;

internal static class PhotoLimits
{
    /// <summary>Limits of a photo: settings ROADSEG_MAX_BYTES (default 64 MiB) and ROADSEG_MAX_PIXELS (default 100 million).</summary>
    public static void AddPhotoLimits(this IServiceCollection services, IConfiguration settings)
    {
        var limits = new ImageLimits();
        services.AddSingleton(
            new ImageLimits(
                settings.Whole("ROADSEG_MAX_BYTES", limits.MaxBytes, 1, 1L << 30),
                settings.Whole("ROADSEG_MAX_PIXELS", limits.MaxPixels, 1, 500_000_000),
                limits.MaxSide
            )
        );
    }
}
