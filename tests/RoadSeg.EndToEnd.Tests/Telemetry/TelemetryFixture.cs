using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests.Telemetry;

/// <summary>A stack that checks keys, signs webhooks, exports all it has to tell at short intervals, and whose log is kept.</summary>
public sealed class TelemetryFixture : IAsyncLifetime, ILoggerProvider
{
    internal const string Secret = "whsec_dGVsZW1ldHJ5LXRlbGVtZXRyeS10ZWxlbWV0cnk=";

    private readonly ILoggerFactory _logs;

    public TelemetryFixture() => _logs = LoggerFactory.Create(logs => logs.SetMinimumLevel(LogLevel.Trace).AddProvider(this));

    internal Collector Collector { get; private set; } = null!;

    internal LocalStack Stack { get; private set; } = null!;

    internal string Key { get; private set; } = "";

    /// <summary>Every line of the host and of the handler.</summary>
    internal ConcurrentQueue<string> Lines { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Collector = await Collector.StartAsync();
        Stack = await LocalStack.StartAsync(
            new LocalStackOptions
            {
                RequireKeys = true,
                Logs = _logs,
                Settings = new Dictionary<string, string>
                {
                    ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Collector.Address.AbsoluteUri,
                    ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                    ["OTEL_SERVICE_NAME"] = "roadseg-under-test",
                    ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
                    ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
                    ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                    ["ROADSEG_LOGS"] = "json",
                    ["ROADSEG_WEBHOOK_SECRETS"] = Secret,
                    ["ROADSEG_WEBHOOK_ALLOW_LOOPBACK"] = "1",
                },
            },
            TestContext.Current.CancellationToken);
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(Stack.KeyFile!));
        Key = keys.RootElement.GetProperty("functions").GetProperty("Api").GetProperty("default").GetString()!;
        Stack.Api.DefaultRequestHeaders.Add("x-functions-key", Key);
    }

    public async ValueTask DisposeAsync()
    {
        await Stack.DisposeAsync();
        await Collector.DisposeAsync();
        _logs.Dispose();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => new Lined(Lines);

    void IDisposable.Dispose()
    {
    }

    private sealed class Lined(ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception) + exception);
    }
}
