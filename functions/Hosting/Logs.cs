namespace RoadSeg.Functions.Hosting;

internal static class Logs
{
    /// <summary>One line an event, to the console, which every host relays: the same lines under each of them, and none twice. The
    /// framework speaks only when something is wrong, and not of exceptions that become problem documents or that
    /// <see cref="FailureLog"/> logs.</summary>
    /// <remarks>ROADSEG_LOGS: <c>text</c> (default) or <c>json</c>, one object a line with event id, fields and trace id. Where
    /// telemetry is exported, logs are too.</remarks>
    public static void AddLogs(this IHostApplicationBuilder builder)
    {
        var form = builder.Configuration["ROADSEG_LOGS"] ?? "text";
        if (form is not ("text" or "json"))
            throw new InvalidOperationException($"ROADSEG_LOGS is '{form}': write text or json.");
        builder
            .Logging.ClearProviders()
            .Configure(static options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", LogLevel.None)
            .AddFilter("Microsoft.Azure.Functions.Worker.FunctionsApplication", LogLevel.None);
        if (form == "json")
            builder.Logging.AddJsonConsole(static console => console.IncludeScopes = true);
        else
            builder.Logging.AddSimpleConsole(static console => console.SingleLine = true);
    }
}
