namespace RoadSeg.Functions.Segmentation;

internal static class SegmentationServices
{
    public static void AddSegmentation(this IServiceCollection services)
    {
        services.AddSingleton<SegmentImage>();
        services.AddSingleton<SegmentAtOnce>();
        services.AddHostedService(static provider => provider.GetRequiredService<SegmentAtOnce>());
    }
}
