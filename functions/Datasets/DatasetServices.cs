namespace RoadSeg.Functions.Datasets;

internal static class DatasetServices
{
    public static void AddDatasets(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(IngestOptions.Read(settings));
        services.AddSingleton<DatasetClaim>();
        services.AddSingleton<FailedDrops>();
        services.AddSingleton<LateFiles>();
        services.AddSingleton<DatasetFiles>();
        services.AddSingleton<DatasetUploads>();
        services.AddSingleton<VersionFiles>();
        services.AddSingleton<VersionExport>();
        services.AddSingleton<VersionDiff>();
    }
}
