using System.Diagnostics;
using System.Globalization;
using RoadSeg.Cli.Stack;
using RoadSeg.LocalHost;

namespace RoadSeg.Benchmarks;

/// <summary>The local host as a program of its own, and the worker that it started: what each of them needs of the processor can be told apart from this
/// process's own work.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string Listening = "Listening on ";
    private readonly Process host;
    private readonly Process worker;

    private ServiceProcess(Process host, Process worker, Uri address)
    {
        this.host = host;
        this.worker = worker;
        Address = address;
    }

    /// <summary>Address of the API.</summary>
    public Uri Address { get; }

    /// <summary>Starts the host on a free port and waits until its worker has loaded its functions.</summary>
    /// <param name="connection">Connection string of a storage that has the app's containers and queues.</param>
    public static async Task<ServiceProcess> StartAsync(string connection, CancellationToken cancel)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList =
            {
                typeof(FunctionsHost).Assembly.Location, "--script-root", Workspace.App, "--port", "0",
                "--env", $"AzureWebJobsStorage={connection}", "--env", $"ROADSEG_MODEL={Workspace.DefaultModel}",
            },
            RedirectStandardOutput = true,
        };
        var host = Process.Start(start)!;
        while (await host.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            if (!line.StartsWith(Listening, StringComparison.Ordinal))
                continue;
            _ = host.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return new ServiceProcess(host, Child(host.Id), new Uri(line[Listening.Length..]));
        }

        await host.WaitForExitAsync(cancel);
        throw new InvalidOperationException($"The host ended with {host.ExitCode} before it listened.");
    }

    /// <summary>Processor time of the host since it started, of all its threads.</summary>
    public TimeSpan HostCpu() => Cpu(host);

    /// <summary>Processor time of the worker since it started, of all its threads.</summary>
    public TimeSpan WorkerCpu() => Cpu(worker);

    public async ValueTask DisposeAsync()
    {
        using (host)
        using (worker)
        {
            using (Process.Start("kill", ["-TERM", host.Id.ToString(CultureInfo.InvariantCulture)])) { }
            await host.WaitForExitAsync();
        }
    }

    private static TimeSpan Cpu(Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    // A child belongs to the thread that started it.
    private static Process Child(int parent) =>
        Process.GetProcessById(
            Directory.EnumerateDirectories($"/proc/{parent}/task")
                .SelectMany(thread => File.ReadAllText(Path.Combine(thread, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Select(id => int.Parse(id, CultureInfo.InvariantCulture))
                .Single()
        );
}
