using RoadSeg.Batches;
using RoadSeg.Work;

namespace RoadSeg.Functions;

internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Information, "Batch {BatchId}: {State}, {Total} photos")]
    public static partial void BatchMoved(ILogger log, WorkId batchId, BatchState state, int total);

    [LoggerMessage(801, LogLevel.Warning, "Batch {BatchId}: failed with {Code}: {Reason}")]
    public static partial void BatchFailed(ILogger log, WorkId batchId, string code, string reason);

    [LoggerMessage(802, LogLevel.Information, "Batch {BatchId}: message {MessageId} changes nothing: its step was made")]
    public static partial void BatchIgnored(ILogger log, WorkId batchId, string messageId);

    [LoggerMessage(803, LogLevel.Warning, "Batch {BatchId}: repaired by the sweep: the message of step {Step} was lost")]
    public static partial void BatchRepaired(ILogger log, WorkId batchId, int step);

    [LoggerMessage(804, LogLevel.Error, "Batch {BatchId}: the sweep could not look at it and will try again")]
    public static partial void BatchSweepFailed(ILogger log, string batchId, Exception exception);

    [LoggerMessage(805, LogLevel.Error, "Batch {BatchId}: step {Step} failed repeatedly; the sweep sends for it again")]
    public static partial void BatchStepExhausted(ILogger log, WorkId batchId, int step);

    [LoggerMessage(806, LogLevel.Error, "The batch of {Path} could not be begun, repeatedly: upload its description again")]
    public static partial void BatchDropExhausted(ILogger log, string path);

    [LoggerMessage(807, LogLevel.Information, "Batch {BatchId}: asked for by {Caller}")]
    public static partial void BatchAsked(ILogger log, WorkId batchId, string caller);
}
