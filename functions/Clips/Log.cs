using RoadSeg.Work;

namespace RoadSeg.Functions;

internal static partial class Log
{
    [LoggerMessage(820, LogLevel.Warning, "Batch {BatchId}: no video of the overlays could be made")]
    public static partial void OverlayNotMade(ILogger log, WorkId batchId, Exception exception);
}
