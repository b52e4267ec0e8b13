using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RoadSeg.EndToEnd.Tests.Telemetry.Otlp;

namespace RoadSeg.EndToEnd.Tests.Telemetry;

/// <summary>A collector on loopback: takes OTLP over HTTP as protobuf and keeps what comes.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public ConcurrentQueue<Span> Spans { get; } = new();

    public ConcurrentQueue<(string Scope, Metric Metric)> Metrics { get; } = new();

    public ConcurrentQueue<LogRecord> Logs { get; } = new();

    public ConcurrentQueue<Resource> Resources { get; } = new();

    /// <summary>Every request as it came.</summary>
    public ConcurrentQueue<byte[]> Bodies { get; } = new();

    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/traces", context => collector.TakeAsync(context, TraceRequest.Parser, request =>
        {
            foreach (var resource in request.ResourceSpans)
            {
                collector.Resources.Enqueue(resource.Resource);
                foreach (var span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
                    collector.Spans.Enqueue(span);
            }
        }));
        app.MapPost("/v1/metrics", context => collector.TakeAsync(context, MetricsRequest.Parser, request =>
        {
            foreach (var scope in request.ResourceMetrics.SelectMany(resource => resource.ScopeMetrics))
            {
                foreach (var metric in scope.Metrics)
                    collector.Metrics.Enqueue((scope.Scope.Name, metric));
            }
        }));
        app.MapPost("/v1/logs", context => collector.TakeAsync(context, LogsRequest.Parser, request =>
        {
            foreach (var record in request.ResourceLogs.SelectMany(resource => resource.ScopeLogs).SelectMany(scope => scope.LogRecords))
                collector.Logs.Enqueue(record);
        }));
        await app.StartAsync();
        return collector;
    }

    /// <summary>The spans of a trace, when as many as wanted have come.</summary>
    public Task<IReadOnlyList<Span>> TraceAsync(string traceId, Func<IReadOnlyList<Span>, bool> complete) => Eventually.GetAsync(
        () => Task.FromResult<IReadOnlyList<Span>?>([.. Spans.Where(span => Hex(span.TraceId) == traceId)]), $"trace {traceId}", complete);

    public static string Hex(ByteString id) => Convert.ToHexStringLower(id.Span);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task TakeAsync<T>(HttpContext context, MessageParser<T> parser, Action<T> take)
        where T : IMessage<T>
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Bodies.Enqueue(body.ToArray());
        take(parser.ParseFrom(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
