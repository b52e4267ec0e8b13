using Azure.Storage.Queues;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

internal static class SegmentationQueue
{
    /// <summary>Sends the message that a queued job asks for, to the queue of its lane. A second one changes nothing.</summary>
    /// <param name="queues">The storage.</param>
    /// <param name="job">The job, as it was written.</param>
    /// <param name="traceParent">The span that sends it; null when nothing is traced.</param>
    /// <param name="cancel">Stops the call; the message may have been sent.</param>
    public static Task SendSegmentationAsync(
        this QueueServiceClient queues,
        JobRecord job,
        string? traceParent,
        CancellationToken cancel
    ) =>
        queues
            .GetQueueClient(Queues.Segmentation(job.Lane))
            .SendAsync(SegmentationMessage.Of(job, traceParent), JobJson.Default.SegmentationMessage, cancel);
}
