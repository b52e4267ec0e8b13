using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions;

/// <summary>Every log line of the app. Event ids are stable: 1xx invocations, 2xx jobs, 3xx models, 4xx webhooks, 5xx training runs,
/// 6xx data sets, 7xx labelling tools, 8xx batches. No id is used twice.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "{Function} failed and its message will be delivered again: {Error}: {Reason}")]
    public static partial void InvocationFailed(ILogger log, string function, string error, string reason, Exception exception);

    [LoggerMessage(101, LogLevel.Error, "Message {MessageId} is not of a form that {Function} reads and was dropped: {Start}")]
    public static partial void MessageUnreadable(ILogger log, string messageId, string function, string start);

    [LoggerMessage(102, LogLevel.Error, "Request failed")]
    public static partial void RequestFailed(ILogger log, Exception exception);

    [LoggerMessage(103, LogLevel.Error, "{Function} failed; the next tick tries again")]
    public static partial void TimerFailed(ILogger log, string function, Exception exception);

    [LoggerMessage(104, LogLevel.Warning, "The queues could not be looked at for metrics")]
    public static partial void QueuesUnseen(ILogger log, Exception exception);

    [LoggerMessage(105, LogLevel.Debug, "A caller broke off its request")]
    public static partial void CallerLeft(ILogger log, Exception exception);

    [LoggerMessage(106, LogLevel.Error, "The record of {Entry} cannot be read; lists go on without it")]
    public static partial void RecordUnreadable(ILogger log, string entry, Exception exception);

    [LoggerMessage(
        200,
        LogLevel.Information,
        "Job {JobId}: queued, {Width}x{Height} {Format} to {InputWidth}x{InputHeight}, decoded in {DecodeMs:F1} ms"
    )]
    public static partial void JobQueued(
        ILogger log,
        WorkId jobId,
        int width,
        int height,
        string format,
        int inputWidth,
        int inputHeight,
        double decodeMs
    );

    [LoggerMessage(201, LogLevel.Information, "Job {JobId}: succeeded, attempt {Attempt}, inferred in {InferMs:F1} ms")]
    public static partial void JobSucceeded(ILogger log, WorkId jobId, int attempt, double inferMs);

    [LoggerMessage(202, LogLevel.Warning, "Job {JobId}: failed with {Code}: {Reason}")]
    public static partial void JobFailed(ILogger log, WorkId jobId, string code, string reason);

    [LoggerMessage(203, LogLevel.Information, "Job {JobId}: message {MessageId} changes nothing, the job is {State}")]
    public static partial void MessageIgnored(ILogger log, WorkId jobId, string messageId, JobState? state);

    [LoggerMessage(204, LogLevel.Warning, "Job {JobId}: attempt {Attempt} was overtaken and did not commit")]
    public static partial void AttemptOvertaken(ILogger log, WorkId jobId, int attempt);

    [LoggerMessage(205, LogLevel.Warning, "Job {JobId}: repaired by the sweep: {What}")]
    public static partial void JobRepaired(ILogger log, WorkId jobId, string what);

    [LoggerMessage(206, LogLevel.Error, "Job {JobId}: the sweep could not repair it and will try again")]
    public static partial void SweepFailed(ILogger log, string jobId, Exception exception);

    [LoggerMessage(207, LogLevel.Information, "{Count} blobs of {Container} were older than they are kept and were deleted")]
    public static partial void BlobsDeleted(ILogger log, int count, string container);

    [LoggerMessage(208, LogLevel.Warning, "Job {JobId}: given back to its queue, no model comes up in this process")]
    public static partial void MessageGivenBack(ILogger log, WorkId jobId);

    [LoggerMessage(212, LogLevel.Warning, "Job {JobId}: begun at once and not ended; its message goes to the queue's listeners")]
    public static partial void LeftToTheQueue(ILogger log, WorkId jobId, Exception exception);

    [LoggerMessage(209, LogLevel.Error, "{Container}/{Path}: could not be deleted, or its lost event not sent; the next pass tries again")]
    public static partial void BlobNotKept(ILogger log, string container, string path, Exception exception);

    [LoggerMessage(210, LogLevel.Error, "{Container}: could not be listed for what is older than it is kept; the next pass tries again")]
    public static partial void RetentionFailed(ILogger log, string container, Exception exception);

    [LoggerMessage(
        211,
        LogLevel.Warning,
        "{Container}: the time of a pass was over before all was looked at for what is older than it is kept; the next pass begins "
            + "elsewhere"
    )]
    public static partial void RetentionUnfinished(ILogger log, string container);

    [LoggerMessage(300, LogLevel.Information, "Model {Name} {Version} is live on {Provider}; before it: {Before}")]
    public static partial void ModelLive(ILogger log, string name, string version, string provider, string? before);

    [LoggerMessage(301, LogLevel.Error, "Model {Name} {Version} cannot be used, what serves goes on: {Reason}")]
    public static partial void ModelRefused(ILogger log, string name, string version, string reason, Exception exception);

    [LoggerMessage(302, LogLevel.Information, "Model {Name} {Version} was loaded and tested in {LoadMs:F0} ms")]
    public static partial void ModelLoaded(ILogger log, string name, string version, double loadMs);

    [LoggerMessage(303, LogLevel.Information, "Model {Name} {Version} left memory")]
    public static partial void ModelUnloaded(ILogger log, string name, string version);

    [LoggerMessage(304, LogLevel.Warning, "Which model is live could not be read; the next look tries again")]
    public static partial void RegistryUnreadable(ILogger log, Exception exception);

    [LoggerMessage(305, LogLevel.Information, "Model {Name}: {Version} was made live by {Caller} ({Kind})")]
    public static partial void ModelMoved(ILogger log, string name, string version, string caller, string kind);

    [LoggerMessage(306, LogLevel.Error, "The model package in {Folder}, with which the app ships, cannot be used")]
    public static partial void PackageRefused(ILogger log, string folder, Exception exception);

    [LoggerMessage(307, LogLevel.Error, "Model {Name} {Version} fails on photos and is taken back")]
    public static partial void RollingBack(ILogger log, string name, string version);

    [LoggerMessage(308, LogLevel.Error, "Model {Name} {Version} could not be taken back; the next failure tries again")]
    public static partial void RollbackFailed(ILogger log, string name, string version, Exception exception);

    [LoggerMessage(309, LogLevel.Warning, "Model {Name} {Version} is slow here: {What}")]
    public static partial void ModelSlow(ILogger log, string name, string version, string what);

    [LoggerMessage(400, LogLevel.Information, "Job {JobId}: webhook delivered at attempt {Attempt}")]
    public static partial void WebhookDelivered(ILogger log, WorkId jobId, int attempt);

    [LoggerMessage(401, LogLevel.Warning, "Job {JobId}: webhook attempt {Attempt} failed, status {Status}, {Error}; next at {NextAt}")]
    public static partial void WebhookFailed(ILogger log, WorkId jobId, int attempt, int? status, string? error, DateTimeOffset? nextAt);

    [LoggerMessage(500, LogLevel.Information, "Training run {TrainingId}: queued by {Caller}, {Recipe} on {Dataset} {Version}")]
    public static partial void TrainingQueued(ILogger log, WorkId trainingId, string caller, string recipe, string dataset, string version);

    [LoggerMessage(501, LogLevel.Information, "Training run {TrainingId}: canceled by {Caller}")]
    public static partial void TrainingCanceled(ILogger log, WorkId trainingId, string caller);

    [LoggerMessage(502, LogLevel.Warning, "Training run {TrainingId}: repaired by the sweep: {What}")]
    public static partial void TrainingRepaired(ILogger log, WorkId trainingId, string what);

    [LoggerMessage(503, LogLevel.Error, "Training run {TrainingId}: the sweep could not repair it and will try again")]
    public static partial void TrainingSweepFailed(ILogger log, string trainingId, Exception exception);

    [LoggerMessage(700, LogLevel.Information, "{Project}: the labelling configuration has no label named {Classes}; they are left out")]
    public static partial void ClassesUnlabelled(ILogger log, string project, string classes);

    [LoggerMessage(701, LogLevel.Information, "Task {Task} of {Project} could not be predicted: {Reason}")]
    public static partial void TaskFailed(ILogger log, string task, string project, string reason);
}
