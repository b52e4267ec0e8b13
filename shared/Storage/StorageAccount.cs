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
    /// <summary>Setting, or beginning of the settings, that names it.</summary>
    public const string Setting = "AzureWebJobsStorage";

    /// <summary>Clients from the setting AzureWebJobsStorage in the forms the Functions host accepts: a connection string, or
    /// <c>__accountName</c>, or <c>__blobServiceUri</c> with <c>__queueServiceUri</c>, by managed identity (<c>__clientId</c> names
    /// which).</summary>
    /// <param name="setting">Value of a setting by its name as an environment variable, or null.</param>
    /// <exception cref="InvalidOperationException">None of the forms is there.</exception>
    public static StorageAccount Open(Func<string, string?> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        var queueOptions = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        if (setting(Setting) is { Length: > 0 } connection)
            return new StorageAccount(new BlobServiceClient(connection), new QueueServiceClient(connection, queueOptions));
        TokenCredential credential = new DefaultAzureCredential(
            new DefaultAzureCredentialOptions { ManagedIdentityClientId = setting($"{Setting}__clientId") }
        );
        return new StorageAccount(
            new BlobServiceClient(ServiceUri(setting, "blob"), credential),
            new QueueServiceClient(ServiceUri(setting, "queue"), credential, queueOptions)
        );
    }

    private static Uri ServiceUri(Func<string, string?> setting, string service)
    {
        if (setting($"{Setting}__{service}ServiceUri") is { Length: > 0 } uri)
            return new Uri(uri);
        if (setting($"{Setting}__accountName") is { Length: > 0 } account)
            return new Uri($"https://{account}.{service}.core.windows.net");
        throw new InvalidOperationException(
            $"Set {Setting} to a connection string, or {Setting}__accountName for access by managed identity."
        );
    }
}
