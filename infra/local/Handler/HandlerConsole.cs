namespace RoadSeg.LocalHost.Handler;

/// <summary>Routes the handler's console lines to log categories by stream and prefix, and keeps the last three errors.</summary>
internal sealed partial class HandlerConsole(ILoggerFactory loggers, bool errorStreamIsErrorsOnly)
{
    private const string SystemPrefix = "LanguageWorkerConsoleLog";
    private const string ToolingPrefix = "azfuncjsonlog:";
    private const int KeptErrors = 3;

    private static readonly string[] ErrorWords = ["error", "fail", "severe", "unhandled exception"];

    private readonly ILogger _user = loggers.CreateLogger("Host.Function.Console");
    private readonly ILogger _system = loggers.CreateLogger("Host.Worker");
    private readonly ILogger _tooling = loggers.CreateLogger("Host.Function.ToolingConsoleLog");
    private readonly Queue<string> _lastErrors = new();

    public string LastErrors
    {
        get
        {
            lock (_lastErrors) return string.Join(",", _lastErrors.Where(line => line.Length > 0));
        }
    }

    public void Output(string line) => Write(LogLevel.Information, line);

    public void Error(string line)
    {
        var level = line.Contains("warn", StringComparison.OrdinalIgnoreCase) ? LogLevel.Warning
            : errorStreamIsErrorsOnly || LooksLikeError(line) ? LogLevel.Error
            : LogLevel.Information;
        Write(level, line);
        if (level != LogLevel.Error) return;
        lock (_lastErrors)
        {
            if (_lastErrors.Count == KeptErrors) _lastErrors.Dequeue();
            _lastErrors.Enqueue(line);
        }
    }

    private static bool LooksLikeError(string line) =>
        ErrorWords.Any(word => line.Contains(word, StringComparison.OrdinalIgnoreCase));

    private void Write(LogLevel level, string line)
    {
        var isSystem = line.StartsWith(SystemPrefix, StringComparison.OrdinalIgnoreCase);
        if (isSystem) line = line.Replace(SystemPrefix, "", StringComparison.OrdinalIgnoreCase);
        var isTooling = line.StartsWith(ToolingPrefix, StringComparison.OrdinalIgnoreCase);
        ConsoleLine(isSystem ? _system : isTooling ? _tooling : _user, level, line);
    }

    [LoggerMessage(EventId = 100, Message = "{Line}")]
    private static partial void ConsoleLine(ILogger logger, LogLevel level, string line);
}
