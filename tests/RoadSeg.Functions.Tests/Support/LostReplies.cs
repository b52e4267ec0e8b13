using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;

namespace RoadSeg.Functions.Tests;

/// <summary>Storage that does what it is asked, and whose answers to the first try of chosen requests are lost on the way, so that the client tries again.</summary>
/// <param name="loses">Given method and path, whether the answer is lost.</param>
internal sealed class LostReplies(Func<string, string, bool> loses) : HttpPipelinePolicy
{
    private readonly HashSet<string> _lost = [];

    /// <summary>Called when storage has done it and nobody knows.</summary>
    public Func<Task> Meanwhile { get; set; } = static () => Task.CompletedTask;

    public int Lost => _lost.Count;

    public BlobServiceClient Over(string connection)
    {
        var options = new BlobClientOptions { Retry = { Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(1) } };
        options.AddPolicy(this, HttpPipelinePosition.PerRetry);
        return new BlobServiceClient(connection, options);
    }

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (!loses(message.Request.Method.ToString(), message.Request.Uri.Path))
            return;
        lock (_lost)
        {
            if (!_lost.Add(message.Request.ClientRequestId))
                return;
        }

        await Meanwhile();
        throw new IOException("The connection broke before the answer came.");
    }

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
}
