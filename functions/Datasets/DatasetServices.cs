using RoadSeg.Functions.Handler;

namespace RoadSeg.Functions.Datasets;

internal static class DatasetServices
{
    public static void AddDatasets(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(IngestOptions.Read(settings));
        services.AddSingleton<DatasetClaim>();
        services.AddSingleton<FailedDrops>();
        services.AddSingleton<IngestDataset>();
        services.AddSingleton<FailPoisonedDataset>();
        services.AddSingleton<DatasetSweep>();
        services.AddSingleton<DatasetFiles>();
    }

    public static void MapDatasetTriggers(this WebApplication app)
    {
        app.MapQueueTrigger<IngestDataset>("IngestDataset", static (function, message, cancel) => function.RunAsync(message, cancel));
        app.MapQueueTrigger<FailPoisonedDataset>("FailPoisonedDataset", static (function, message, cancel) => function.RunAsync(message, cancel));
        app.MapTimerTrigger<DatasetSweep>("SweepDatasets", static (function, cancel) => function.RunAsync(cancel));
    }
}
