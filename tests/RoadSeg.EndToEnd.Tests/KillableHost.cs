using System.Diagnostics;
using System.Globalization;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The Functions host as a process that can be killed, started again at once as a platform would. Its worker is
/// killed alone, or left behind as an orphan for a while when the host dies.</summary>
internal sealed class KillableHost : IAsyncDisposable
{
    private readonly int _port;
    private readonly string _connection;
    private readonly List<int> _orphans = [];
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _supervision;
    private Process _host;

    public KillableHost(string connection)
    {
        _port = Loopback.FreePort();
        _connection = connection;
        _host = Start();
        _supervision = SuperviseAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public async Task KillAsync(bool workerOnly)
    {
        await _turn.WaitAsync();
        try
        {
            Calm();
            var workers = ChildProcesses.Of(_host.Id);
            if (workerOnly && !_host.HasExited)
            {
                workers.ForEach(Kill);
                return;
            }

            _orphans.AddRange(workers);
            await RestartAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The orphans go.</summary>
    public void Calm()
    {
        _orphans.ForEach(Kill);
        _orphans.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _supervision;
        var workers = ChildProcesses.Of(_host.Id);
        _host.Kill();
        await _host.WaitForExitAsync();
        workers.Concat(_orphans).ToList().ForEach(Kill);
        _host.Dispose();
        _end.Dispose();
        _turn.Dispose();
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

    // The host ends by itself after three crashes of its worker in half an hour.
    private async Task SuperviseAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await _turn.WaitAsync();
            try
            {
                if (_host.HasExited)
                    await RestartAsync();
            }
            finally
            {
                _turn.Release();
            }

            await Task.Delay(200, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    // From its own folder: beside the tests lie the libraries of all projects, of other versions than it names.
    private Process Start()
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] arguments =
        [
            "exec", Checkout.File("infra/local/bin/Release/net10.0/RoadSeg.LocalHost.dll"), "--script-root", Workspace.App, "--port", _port.ToString(CultureInfo.InvariantCulture),
            "--env", $"AzureWebJobsStorage={_connection}", "--env", $"ROADSEG_MODEL={Workspace.DefaultModel}",
            "--env", "AzureFunctionsJobHost__extensions__queues__maxPollingInterval=00:00:00.250", "--env", "ROADSEG_SWEEP_AFTER=00:00:05", "--env", "ROADSEG_LEASE=00:00:15",
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var host = Process.Start(start)!;
        host.BeginOutputReadLine();
        host.BeginErrorReadLine();
        return host;
    }
}
