namespace RoadSeg.Storage;

/// <summary>Blob containers of a deployment. Names here, in the functions and in the infrastructure agree.</summary>
public static class Containers
{
    /// <summary>Photos: <c>{jobId}/...</c> by upload key, any other path for bare drops. Watched for blob events.</summary>
    public const string Uploads = "uploads";

    /// <summary>Photos that came in a request body, <c>{jobId}/...</c>. Without events: who stores them says so.</summary>
    public const string Submitted = "submitted";

    /// <summary>Model inputs between PreprocessUpload and SegmentImage.</summary>
    public const string Work = "work";

    /// <summary>Result files, one folder an attempt.</summary>
    public const string Results = "results";

    /// <summary>Job records, under their callers, newest first: what lists of jobs read. Those of bare drops lie beside.</summary>
    public const string Jobs = "jobs";

    /// <summary>One empty marker for each job that has not ended, under its caller, so that sweeps and admission list only live
    /// jobs.</summary>
    public const string JobsActive = "jobs-active";

    /// <summary>One empty entry for each job whose record does not lie under its caller itself: newest first, what lists of jobs read
    /// beside the records.</summary>
    public const string JobsIndex = "jobs-index";

    /// <summary>What each <c>Idempotency-Key</c> of a caller stands for.</summary>
    public const string IdempotencyKeys = "idempotency-keys";

    /// <summary>Photos dropped for batches, under any path. Without events, but for <c>batch.json</c>.</summary>
    public const string Batches = "batches";

    /// <summary>Videos that were uploaded by key, <c>{key}/...</c>, and frames of the videos of batches, <c>{batchId}/...</c>. Without
    /// events: who uploaded a video says so.</summary>
    public const string Clips = "clips";

    /// <summary>Batches: the record of each, under its caller, newest first, and its files (<see
    /// cref="RoadSeg.Batches.BatchItems"/>).</summary>
    public const string BatchRuns = "batch-runs";

    /// <summary>One empty marker for each batch that has steps to make, under its caller.</summary>
    public const string BatchesActive = "batches-active";

    /// <summary>Dropped data sets, <c>{name}/...</c>. Watched for blob events.</summary>
    public const string Datasets = "datasets";

    /// <summary>Curated sets, <c>{name}/{version}/...</c>, and the record of each name.</summary>
    public const string Curated = "curated";

    /// <summary>Audits of curated versions, <c>{name}/{version}/...</c>: record, checkpoints, regions, pictures.</summary>
    public const string Audits = "audits";

    /// <summary>One empty marker for each audit that has not ended.</summary>
    public const string AuditsActive = "audits-active";

    /// <summary>Training runs, <c>{id}/...</c>: record, checkpoints, metrics, log, pictures.</summary>
    public const string Trainings = "trainings";

    /// <summary>One empty marker for each training run that has not ended.</summary>
    public const string TrainingsActive = "trainings-active";

    /// <summary>The model registry: <c>{name}/{version}/...</c>, the record of each version, and which version is live.</summary>
    public const string Models = "models";

    /// <summary>Whether photos lie in it.</summary>
    public static bool HasPhotos(string container) => container is Uploads or Submitted or Batches or Clips;

    /// <summary>All containers.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Uploads,
        Submitted,
        Work,
        Results,
        Jobs,
        JobsActive,
        JobsIndex,
        IdempotencyKeys,
        Batches,
        Clips,
        BatchRuns,
        BatchesActive,
        Datasets,
        Curated,
        Audits,
        AuditsActive,
        Trainings,
        TrainingsActive,
        Models,
    ];
}
