using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The Functions host as a process that can be killed, started again at once as a platform would. Its handler is
/// killed alone, or left behind as an orphan for a while when the host dies.</summary>
internal sealed class KillableHost : IAsyncDisposable
{
    private readonly int _port;
    private readonly string _connection;
    private readonly List<int> _orphans = [];
    private Process _host;
    private bool _calm;

    public KillableHost(string connection)
    {
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            _port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        _connection = connection;
        _host = Start();
    }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public async Task KillAsync(bool handlerOnly)
    {
        foreach (var orphan in _orphans)
            Kill(orphan);
        _orphans.Clear();
        var handlers = ChildProcesses.Of(_host.Id);
        if (handlerOnly && !_host.HasExited)
        {
            handlers.ForEach(Kill);
            return;
        }

        _orphans.AddRange(handlers);
        await RestartAsync();
    }

    /// <summary>No more kills: orphans go, and the host stays up whatever it did before.</summary>
    public void Calm()
    {
        _orphans.ForEach(Kill);
        _calm = true;
        _ = SuperviseAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _calm = false;
        var handlers = ChildProcesses.Of(_host.Id);
        _host.Kill();
        await _host.WaitForExitAsync();
        handlers.Concat(_orphans).ToList().ForEach(Kill);
        _host.Dispose();
    }

    private static void Kill(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // It had ended.
        }
    }

    // The host ends by itself after three crashes of its handler in half an hour.
    private async Task SuperviseAsync()
    {
        while (_calm)
        {
            if (_host.HasExited)
                await RestartAsync();
            await Task.Delay(200);
        }
    }

    private async Task RestartAsync()
    {
        if (!_host.HasExited)
            _host.Kill();
        await _host.WaitForExitAsync();
        _host.Dispose();
        _host = Start();
    }

    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "exec", Path.Combine(AppContext.BaseDirectory, "RoadSeg.LocalHost.dll"), "--script-root", Workspace.ScriptRoot, "--port", _port.ToString(CultureInfo.InvariantCulture),
            "--env", $"AzureWebJobsStorage={_connection}", "--env", "FUNCTIONS_WORKER_RUNTIME=custom", "--env", $"ROADSEG_MODEL={Workspace.DefaultModel}",
            "--env", $"AzureFunctionsJobHost__customHandler__description__defaultExecutablePath={Workspace.Handler}",
            "--env", "AzureFunctionsJobHost__extensions__queues__maxPollingInterval=00:00:00.100", "--env", "ROADSEG_SWEEP_AFTER=00:00:05", "--env", "ROADSEG_LEASE=00:00:15",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var host = Process.Start(start)!;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        return host;
    }
}
