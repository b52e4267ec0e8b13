using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace RoadSeg.Storage;

/// <summary>The storage account of a deployment.</summary>
/// <param name="Blobs">Its containers.</param>
/// <param name="Queues">Its queues; bodies are raw text.</param>
public sealed record StorageAccount(BlobServiceClient Blobs, QueueServiceClient Queues)
{
    private const string Name = "AzureWebJobsStorage";

    /// <summary>Clients from the setting AzureWebJobsStorage in the forms the Functions host accepts: a connection string, or
    /// <c>__accountName</c>, or <c>__blobServiceUri</c> with <c>__queueServiceUri</c>, by managed identity (<c>__clientId</c> names which).</summary>
    /// <param name="setting">Value of a setting by its name as an environment variable, or null.</param>
    /// <exception cref="InvalidOperationException">None of the forms is there.</exception>
    public static StorageAccount Open(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        if (setting(Name) is { Length: > 0 } connection)
            return new StorageAccount(new BlobServiceClient(connection), new QueueServiceClient(connection, queueOptions));
        TokenCredential credential = new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = setting($"{Name}__clientId") });
        return new StorageAccount(new BlobServiceClient(ServiceUri(setting, "blob"), credential), new QueueServiceClient(ServiceUri(setting, "queue"), credential, queueOptions));
    }

    private static Uri ServiceUri(Func<string, string?> setting, string service)
    {
        if (setting($"{Name}__{service}ServiceUri") is { Length: > 0 } uri)
            return new Uri(uri);
        if (setting($"{Name}__accountName") is { Length: > 0 } account)
            return new Uri($"https://{account}.{service}.core.windows.net");
        throw new InvalidOperationException($"Set {Name} to a connection string, or {Name}__accountName for access by managed identity.");
    }
}
