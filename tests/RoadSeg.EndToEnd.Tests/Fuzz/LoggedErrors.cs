using Microsoft.Extensions.Logging;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>Keeps the latest line that was logged as an error, to be shown beside the answer that it belongs to.</summary>
internal sealed class LoggedErrors : ILoggerFactory, ILogger
{
    private string _latest = "nothing";

    public string Latest => Volatile.Read(ref _latest);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
            Volatile.Write(ref _latest, $"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
