namespace RoadSeg.Functions;

/// <summary>6xx: data sets.</summary>
internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "Data set {Name}: version {Version} is ready, {Images} images, {Seconds:F1} s")]
    public static partial void DropReady(ILogger log, string name, string version, long images, double seconds);

    [LoggerMessage(601, LogLevel.Warning, "Data set {Name}: failed with {Code}: {Reason}")]
    public static partial void DropFailed(ILogger log, string name, string code, string reason);

    [LoggerMessage(602, LogLevel.Information, "Data set {Name}: message {MessageId} changes nothing: {Why}")]
    public static partial void DropIgnored(ILogger log, string name, string messageId, string why);

    [LoggerMessage(603, LogLevel.Warning, "Data set {Name}: repaired by the sweep: {What}")]
    public static partial void DropRepaired(ILogger log, string name, string what);

    [LoggerMessage(606, LogLevel.Warning, "Data set {Name}: {What}")]
    public static partial void DropLate(ILogger log, string name, string what);

    [LoggerMessage(605, LogLevel.Warning, "{Container}/dataset.json lies in no folder: a set is dropped into a folder of its name")]
    public static partial void DropOfNoFolder(ILogger log, string container);

    [LoggerMessage(610, LogLevel.Information, "Audit of {Name} {Version} with {Model} asked for by {Caller}")]
    public static partial void AuditAsked(ILogger log, string name, string version, string model, string caller);

    [LoggerMessage(611, LogLevel.Information, "Audit of {Name} {Version}: {Photos} photos, {Regions} disputed regions")]
    public static partial void AuditDone(ILogger log, string name, string version, int photos, long regions);

    [LoggerMessage(612, LogLevel.Warning, "Audit of {Name} {Version}: failed with {Code}: {Reason}")]
    public static partial void AuditFailed(ILogger log, string name, string version, string code, string reason);

    [LoggerMessage(613, LogLevel.Information, "Audit of {Name} {Version}: message {MessageId} changes nothing or was overtaken")]
    public static partial void AuditIgnored(ILogger log, string name, string version, string messageId);

    [LoggerMessage(614, LogLevel.Warning, "Audit of {Name} {Version}: repaired by the sweep: {What}")]
    public static partial void AuditRepaired(ILogger log, string name, string version, string what);

    [LoggerMessage(615, LogLevel.Error, "Audit {Audit}: the sweep could not look at it and will try again")]
    public static partial void AuditSweepFailed(ILogger log, string audit, Exception exception);

    [LoggerMessage(604, LogLevel.Error, "Data set {Name}: the sweep could not look at it and will try again")]
    public static partial void DatasetSweepFailed(ILogger log, string name, Exception exception);
}
