using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace RoadSeg.Functions.Tests;

/// <summary>The tests' storage, which fails, refuses or is watched where a test says so. Calls are not tried again.</summary>
internal sealed class StorageFaults : HttpPipelineSynchronousPolicy
{
    /// <summary>Given method and path of a call before it is sent, returns true to have it fail. It may do something else first.</summary>
    public Func<string, string, bool> Fails { get; set; } = static (_, _) => false;

    /// <summary>Given method and path of a call, returns true to have storage itself refuse it, with 403: neither a conflict nor something
    /// that is missing.</summary>
    public Func<string, string, bool> Refuses { get; set; } = static (_, _) => false;

    public static (BlobServiceClient Blobs, StorageFaults Faults) BlobsOf(StorageFixture storage) => BlobsOf(storage.ConnectionString);

    public static (BlobServiceClient Blobs, StorageFaults Faults) BlobsOf(string connection)
    {
        var faults = new StorageFaults();
        var options = new BlobClientOptions { Retry = { MaxRetries = 0 } };
        options.AddPolicy(faults, HttpPipelinePosition.PerCall);
        options.AddPolicy(new Unsigned(faults), HttpPipelinePosition.BeforeTransport);
        return (new BlobServiceClient(connection, options), faults);
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
        if (Fails(message.Request.Method.Method, PathOf(message)))
            throw new IOException("The storage does not answer.");
    }

    // The path begins with the account's name.
    private static string PathOf(HttpMessage message) => message.Request.Uri.ToUri().AbsolutePath.Split('/', 3)[^1];

    /// <summary>Exchanges the signature of a call for one that the account's key did not make.</summary>
    private sealed class Unsigned(StorageFaults faults) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message)
        {
            if (!faults.Refuses(message.Request.Method.Method, PathOf(message)))
                return;
            message.Request.Headers.TryGetValue("Authorization", out var signed);
            message.Request.Headers.SetValue("Authorization", signed!.Split(':')[0] + ":" + Convert.ToBase64String(new byte[32]));
        }
    }
}
