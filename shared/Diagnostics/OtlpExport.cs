using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using RoadSeg.Jobs;

namespace RoadSeg.Diagnostics;

/// <summary>Export of traces and metrics by OTLP. On when OTEL_EXPORTER_OTLP_ENDPOINT names a collector; everything else is up to the
/// standard OTEL_ variables.</summary>
public sealed class OtlpExport : IDisposable
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private readonly TracerProvider _traces;
    private readonly MeterProvider _metrics;

    private OtlpExport(string service)
    {
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource(service)).AddSource(JobTrace.Name).AddOtlpExporter();

        // The flag that comes with a request is that of whatever stands before the service, mostly the Functions host, and says
        // nothing of what the operator wants to see of jobs.
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_TRACES_SAMPLER")))
            traces.SetSampler(new AlwaysOnSampler());
        _traces = traces.Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource(service))
            .AddMeter(JobTrace.Name, "System.Runtime", "Microsoft.AspNetCore.Hosting")
            .AddOtlpExporter()
            .Build();
    }

    /// <summary>Whether a collector is named.</summary>
    public static bool IsOn => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint));

    /// <summary>Begins to export.</summary>
    /// <param name="service">What the process is called, unless OTEL_SERVICE_NAME says otherwise.</param>
    /// <returns>What ends the export and sends what is left; null when it is off.</returns>
    /// <exception cref="UriFormatException">OTEL_EXPORTER_OTLP_ENDPOINT is no address.</exception>
    public static OtlpExport? Start(string service) => IsOn ? new OtlpExport(service) : null;

    /// <summary>Sends logs too.</summary>
    public static void AddTo(OpenTelemetryLoggerOptions logs, string service)
    {
        ArgumentNullException.ThrowIfNull(logs);
        logs.IncludeFormattedMessage = true;
        logs.SetResourceBuilder(Resource(service)).AddOtlpExporter();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _traces.Dispose();
        _metrics.Dispose();
    }

    private static ResourceBuilder Resource(string service) =>
        ResourceBuilder
            .CreateEmpty()
            .AddService(service, serviceVersion: typeof(OtlpExport).Assembly.GetName().Version?.ToString(3))
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
}
