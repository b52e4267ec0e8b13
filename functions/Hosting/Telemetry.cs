using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RoadSeg.Diagnostics;
using RoadSeg.Functions.Health;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Hosting;

internal static class Telemetry
{
    // What the process is called, unless OTEL_SERVICE_NAME says otherwise.
    private const string Service = "roadseg-functions";

    /// <summary>Export of traces, metrics and logs by OTLP. On when OTEL_EXPORTER_OTLP_ENDPOINT names a collector; everything else is up
    /// to the standard OTEL_ variables.</summary>
    public static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        if (!OtlpExport.IsOn)
            return;
        builder.Services.AddHostedService<ServiceWatch>();
        builder.Logging.AddOpenTelemetry(static logs => logs.IncludeFormattedMessage = true);
        builder
            .Services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .ConfigureResource(static resource =>
                resource
                    .AddService(Service, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3))
                    .AddEnvironmentVariableDetector()
            )
            .WithTracing(Trace)
            .WithMetrics(static metrics => metrics.AddMeter(JobTrace.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting"))
            .UseOtlpExporter();
    }

    private static void Trace(TracerProviderBuilder traces)
    {
        traces.AddSource(JobTrace.Name).AddProcessor(new OwnSpans());

        // The flag that comes with a request is that of whatever stands before the service, mostly the Functions host, and says
        // nothing of what the operator wants to see of jobs.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_TRACES_SAMPLER")))
            traces.SetSampler(new AlwaysOnSampler());
    }

    // The worker has a span for every invocation, a poller's each question included. The host reports those; here they carry its trace.
    private sealed class OwnSpans : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Source != JobTrace.Source)
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
