using Azure;
using Azure.Storage.Blobs;
using Newtonsoft.Json;

namespace RoadSeg.LocalHost.Timers;

/// <summary>What is remembered of a timer between two runs of the host. Local times.</summary>
internal sealed record TimerStatus(DateTime Last, DateTime Next, DateTime LastUpdated)
{
    /// <summary>Stands for "never": the timer has not fired yet.</summary>
    public static DateTime Never { get; } = DateTime.SpecifyKind(default, DateTimeKind.Local);
}

/// <summary>Timer states as small blobs in the host's storage, where the real host keeps them.</summary>
internal sealed class TimerStatusStore(BlobServiceClient account, string hostId)
{
    private const string ContainerName = "azure-webjobs-hosts";

    private readonly BlobContainerClient _container = account.GetBlobContainerClient(ContainerName);

    public async Task<TimerStatus?> ReadAsync(string function)
    {
        try
        {
            var content = (await Blob(function).DownloadContentAsync()).Value.Content.ToString();
            return JsonConvert.DeserializeObject<TimerStatus>(content, new JsonSerializerSettings { DateTimeZoneHandling = DateTimeZoneHandling.Local });
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }

    public async Task WriteAsync(string function, TimerStatus status)
    {
        await _container.CreateIfNotExistsAsync();
        await Blob(function).UploadAsync(new BinaryData(JsonConvert.SerializeObject(status)), overwrite: true);
    }

    private BlobClient Blob(string function) => _container.GetBlobClient($"timers/{hostId}/Host.Functions.{function}/status");
}
