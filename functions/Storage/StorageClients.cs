using RoadSeg.Batches;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Audits;
using RoadSeg.Jobs;
using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Storage;

internal static class StorageClients
{
    /// <summary>The storage account and the stores in it.</summary>
    public static void AddStorage(this IServiceCollection services, IConfiguration settings)
    {
        var account = StorageAccount.Open(name => settings[name.Replace("__", ":", StringComparison.Ordinal)]);
        services.AddSingleton(account.Blobs);
        services.AddSingleton(account.Queues);
        services.AddSingleton<JobStore>();
        services.AddSingleton<BatchStore>();
        services.AddSingleton<BatchLog>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<AuditStore>();
        services.AddSingleton<TrainingStore>();
        services.AddSingleton<ModelRegistry>();
    }
}
