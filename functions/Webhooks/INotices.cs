using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Records of one kind that receivers are notified of.</summary>
internal interface INotices
{
    /// <summary>What is due; null where there is nothing to notify of.</summary>
    Task<Notice?> FindAsync(WorkId id, CancellationToken cancel);

    /// <summary>Notes in the record how deliveries went.</summary>
    /// <param name="notice">What was found.</param>
    /// <param name="change">Given the webhook as it stands, returns the changed one, or null to leave it.</param>
    /// <param name="cancel">Stops between storage calls.</param>
    /// <returns>The webhook as written; null where it was left.</returns>
    Task<JobWebhook?> AmendAsync(Notice notice, Func<JobWebhook, JobWebhook?> change, CancellationToken cancel);
}
