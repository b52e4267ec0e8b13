using Azure;
using Azure.Storage.Blobs;
using Microsoft.Azure.WebJobs.Extensions.Timers;
using Newtonsoft.Json;

namespace RoadSeg.LocalHost.Functions;

/// <summary>Timer states as small blobs in the host's storage, where the official host keeps them.</summary>
internal sealed class BlobScheduleMonitor(IConfiguration configuration, string hostId) : ScheduleMonitor
{
    private const string ContainerName = "azure-webjobs-hosts";

    // Made at the first use: an app without timers needs no storage.
    private readonly Lazy<BlobContainerClient> _container = new(() =>
        new BlobContainerClient(configuration.GetWebJobsConnectionString("Storage"), ContainerName)
    );

    public override async Task<ScheduleStatus?> GetStatusAsync(string timerName)
    {
        try
        {
            var content = (await Blob(timerName).DownloadContentAsync()).Value.Content.ToString();
            return JsonConvert.DeserializeObject<ScheduleStatus>(
                content,
                new JsonSerializerSettings { DateTimeZoneHandling = DateTimeZoneHandling.Local }
            );
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }

    public override async Task UpdateStatusAsync(string timerName, ScheduleStatus status)
    {
        await _container.Value.CreateIfNotExistsAsync();
        await Blob(timerName).UploadAsync(new BinaryData(JsonConvert.SerializeObject(status)), overwrite: true);
    }

    private BlobClient Blob(string timerName) => _container.Value.GetBlobClient($"timers/{hostId}/{timerName}/status");
}
