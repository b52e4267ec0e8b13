using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Batches;

internal static class BatchServices
{
    public static void AddBatches(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(BatchOptions.Read(settings));
        services.AddSingleton<BatchTallies>();
        services.AddSingleton<BatchFiles>();
        services.AddSingleton<BatchListing>();
        services.AddSingleton<BatchFeed>();
        services.AddSingleton<BatchReader>();
        services.AddSingleton<BatchManifests>();
        services.AddSingleton<BatchArchiver>();
        services.AddSingleton<BatchClips>();
        services.AddSingleton<BatchTimelines>();
        services.AddSingleton<BatchStart>();
        services.AddSingleton<BatchList>();
        services.AddSingleton<BatchErasure>();
        services.AddSingleton<ForgetJob>(static parts => parts.GetRequiredService<BatchErasure>().ForgetAsync);
    }
}
