using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Storage;

internal static class StorageClients
{
    private const string Name = "AzureWebJobsStorage";

    /// <summary>Storage clients from the setting AzureWebJobsStorage in the forms the Functions host accepts: a connection
    /// string, or <c>__accountName</c>, or <c>__blobServiceUri</c> with <c>__queueServiceUri</c>, by managed identity.</summary>
    public static void AddStorage(this IServiceCollection services, IConfiguration settings)
    {
        var section = settings.GetSection(Name);
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        if (section.Value is { Length: > 0 } connection)
        {
            services.AddSingleton(new BlobServiceClient(connection));
            services.AddSingleton(new QueueServiceClient(connection, queueOptions));
        }
        else
        {
            TokenCredential credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = section["clientId"] });
            services.AddSingleton(new BlobServiceClient(ServiceUri(section, "blob"), credential));
            services.AddSingleton(new QueueServiceClient(ServiceUri(section, "queue"), credential, queueOptions));
        }

        services.AddSingleton<JobStore>();
    }

    private static Uri ServiceUri(IConfigurationSection section, string service)
    {
        if (section[service + "ServiceUri"] is { Length: > 0 } uri)
            return new Uri(uri);
        if (section["accountName"] is { Length: > 0 } account)
            return new Uri($"https://{account}.{service}.core.windows.net");
        throw new InvalidOperationException($"Set {Name} to a connection string, or {Name}__accountName for access by managed identity.");
    }
}
