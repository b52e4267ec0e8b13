using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace RoadSeg.Functions.Tests;

/// <summary>The tests' storage, which fails or is watched where a test says so. Calls are not tried again.</summary>
internal sealed class StorageFaults : HttpPipelineSynchronousPolicy
{
    /// <summary>Given method and path of a call before it is sent, returns true to have it fail. It may do something else first.</summary>
    public Func<string, string, bool> Fails { get; set; } = static (_, _) => false;

    public static (BlobServiceClient Blobs, StorageFaults Faults) BlobsOf(StorageFixture storage)
    {
        var faults = new StorageFaults();
        var options = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        options.AddPolicy(faults, HttpPipelinePosition.PerCall);
        return (new BlobServiceClient(storage.ConnectionString, options), faults);
    }

    public static (QueueServiceClient Queues, StorageFaults Faults) QueuesOf(StorageFixture storage)
    {
        var faults = new StorageFaults();
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None, Retry = { MaxRetries = 0 } };
        options.AddPolicy(faults, HttpPipelinePosition.PerCall);
        return (new QueueServiceClient(storage.ConnectionString, options), faults);
    }

    public override void OnSendingRequest(HttpMessage message)
    {
        // The path begins with the account's name.
        var path = message.Request.Uri.ToUri().AbsolutePath.Split('/', 3)[^1];
        if (Fails(message.Request.Method.Method, path))
            throw new IOException("The storage does not answer.");
    }
}
