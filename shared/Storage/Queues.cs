using RoadSeg.Work;

namespace RoadSeg.Storage;

/// <summary>Storage queues of a deployment. Bodies are raw UTF-8 JSON (<c>messageEncoding: none</c>).</summary>
public static class Queues
{
    /// <summary>Event Grid BlobCreated events of the uploads container.</summary>
    public const string UploadsCreated = "uploads-created";

    /// <summary>The same events, of jobs in the bulk lane: see <see cref="WorkLane"/>.</summary>
    public const string UploadsBulk = "uploads-bulk";

    /// <summary>One <see cref="Jobs.SegmentationMessage"/> a job.</summary>
    public const string SegmentationJobs = "segmentation-jobs";

    /// <summary>The same, of jobs in the bulk lane.</summary>
    public const string SegmentationBulk = "segmentation-bulk";

    /// <summary>One <see cref="Jobs.WebhookMessage"/> for each delivery that is due.</summary>
    public const string WebhookDeliveries = "webhook-deliveries";

    /// <summary>Event Grid BlobCreated events of the batches container: descriptions beside dropped photos.</summary>
    public const string BatchesCreated = "batches-created";

    /// <summary>One <see cref="RoadSeg.Batches.BatchMessage"/> for the next step of each batch.</summary>
    public const string BatchSteps = "batch-steps";

    /// <summary>Event Grid BlobCreated events of the datasets container.</summary>
    public const string DatasetsCreated = "datasets-created";

    /// <summary>One <see cref="Datasets.Audits.AuditMessage"/> for each audit that waits, to begin or to go on.</summary>
    public const string DatasetAudits = "dataset-audits";

    /// <summary>One <see cref="Trainings.TrainingMessage"/> a training run; read by the trainer.</summary>
    public const string TrainingJobs = "training-jobs";

    /// <summary>Queue of a lane's upload events.</summary>
    public static string Uploads(WorkLane lane) => lane == WorkLane.Bulk ? UploadsBulk : UploadsCreated;

    /// <summary>Queue of a lane's segmentation messages.</summary>
    public static string Segmentation(WorkLane lane) => lane == WorkLane.Bulk ? SegmentationBulk : SegmentationJobs;

    /// <summary>Messages that failed as often as the host allows are moved to the queue whose name ends so.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>The queue that a queue's failed messages are moved to.</summary>
    public static string Poison(string queue) => queue + PoisonSuffix;

    /// <summary>All queues, the poison queues included.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Work, .. Work.Select(Poison)];

    private static IReadOnlyList<string> Work =>
        [
            UploadsCreated,
            UploadsBulk,
            SegmentationJobs,
            SegmentationBulk,
            WebhookDeliveries,
            BatchesCreated,
            BatchSteps,
            DatasetsCreated,
            DatasetAudits,
            TrainingJobs,
        ];

    /// <summary>Which container's blob events go to which queue.</summary>
    public static IReadOnlyDictionary<string, string> BlobEvents { get; } =
        new Dictionary<string, string>
        {
            [Containers.Uploads] = UploadsCreated,
            [Containers.Batches] = BatchesCreated,
            [Containers.Datasets] = DatasetsCreated,
        };

    /// <summary>What the names of a container's blobs must end with for their events to be sent; empty for all. Of a data set or a batch
    /// only the description matters.</summary>
    public static string BlobEventSuffix(string container) =>
        container switch
        {
            Containers.Datasets => "/dataset.json",
            Containers.Batches => "/batch.json",
            _ => "",
        };
}
