using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Console;
using RoadSeg.LocalHost;
using RoadSeg.LocalHost.Configuration;

using var loggers = LoggerFactory.Create(logging =>
    logging
        .SetMinimumLevel(LogLevel.Information)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Azure", LogLevel.Warning)
        .AddFilter("Grpc", LogLevel.Warning)
        .AddFilter("Yarp", LogLevel.Warning)
        // Whoever started this may not read its output: a full pipe must not stop the host.
        .AddConsole(console => console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite)
        .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss.fff "))
);

var firstSignal = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
using var secondSignal = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
return await CommandLine.Command(RunAsync).Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });

async Task<int> RunAsync(CommandLine line)
{
    try
    {
        return await StandAlone.RunAsync(line, loggers, firstSignal.Task, secondSignal.Token);
    }
    catch (Exception error) when (error is HostConfigurationException or AzuriteException)
    {
        Console.Error.WriteLine(error.Message);
        return 1;
    }
}

// The first signal drains, the second one gives up waiting.
void OnSignal(PosixSignalContext signal)
{
    signal.Cancel = true;
    if (!firstSignal.TrySetResult($"{signal.Signal}"))
        secondSignal.Cancel();
}
