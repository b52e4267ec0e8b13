namespace RoadSeg.Functions;

/// <summary>5xx: data sets.</summary>
internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Information, "Data set {Name}: version {Version} is ready, {Images} images, {Seconds:F1} s")]
    public static partial void DropReady(ILogger log, string name, string version, long images, double seconds);

    [LoggerMessage(501, LogLevel.Warning, "Data set {Name}: failed with {Code}: {Reason}")]
    public static partial void DropFailed(ILogger log, string name, string code, string reason);

    [LoggerMessage(502, LogLevel.Information, "Data set {Name}: message {MessageId} changes nothing: {Why}")]
    public static partial void DropIgnored(ILogger log, string name, string messageId, string why);

    [LoggerMessage(503, LogLevel.Warning, "Data set {Name}: repaired by the sweep: {What}")]
    public static partial void DropRepaired(ILogger log, string name, string what);

    [LoggerMessage(504, LogLevel.Error, "Data set {Name}: the sweep could not look at it and will try again")]
    public static partial void DatasetSweepFailed(ILogger log, string name, Exception exception);
}
