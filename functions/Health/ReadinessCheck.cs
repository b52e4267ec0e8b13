using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using RoadSeg.Errors;
using RoadSeg.Functions.Models;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Health;

/// <summary>Asks the parts themselves: the model that is loaded, where it runs, and storage by one request to blobs and one to
/// queues.</summary>
internal sealed class ReadinessCheck(LiveModel model, BlobServiceClient blobs, QueueServiceClient queues, TimeProvider time)
{
    // Shorter than what probes commonly wait, and than the storage client's own retries.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public async Task<Readiness> RunAsync(CancellationToken cancel)
    {
        var (modelReady, modelText) = await ModelAsync();
        var storageText = await StorageAsync(cancel);
        return new Readiness(modelReady && storageText is null, modelText, storageText ?? "ok");
    }

    // An engine runs where it was set to or not at all: CUDA that did not come up is a model that did not load.
    private async Task<(bool Ready, string Text)> ModelAsync()
    {
        if (!model.Ready.IsCompleted)
            return (false, "loading");
        try
        {
            await model.Ready;
            var serving = model.Serving!;
            return (true, $"{serving.Model} {serving.Version} on {model.Provider}{(model.Notice is { } notice ? $"; {notice}" : "")}");
        }
        catch (RoadSegException e)
        {
            return (false, e.Message);
        }
    }

    private async Task<string?> StorageAsync(CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var container = blobs.GetBlobContainerClient(Containers.Jobs).ExistsAsync(stop.Token);
            var queue = queues.GetQueueClient(Queues.SegmentationJobs).ExistsAsync(stop.Token);
            await Task.WhenAll(container, queue);
            return !await container ? $"the container '{Containers.Jobs}' does not exist"
                : !await queue ? $"the queue '{Queues.SegmentationJobs}' does not exist"
                : null;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return "not reachable";
        }
        catch (AuthenticationFailedException)
        {
            return "no access: the managed identity gives no token";
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds} s";
        }
    }
}
