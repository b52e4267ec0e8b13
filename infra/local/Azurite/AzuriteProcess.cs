using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost;

/// <summary>A running Azurite (blob, queue and table service). Disposing stops it; it also ends when this process dies.</summary>
public sealed partial class AzuriteProcess : IAsyncDisposable
{
    /// <summary>The account every emulator knows, and its well-known key.</summary>
    public const string AccountName = "devstoreaccount1";

    private const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
    private const int KeptLines = 40;

    // Azurite closes its data files on SIGTERM; the end of its input says that this process is gone. Ctrl+C in a terminal reaches
    // every process of the group, and Azurite must outlive the functions that still write to it.
    //
    // Of several conditions its database (LokiJS) looks the first one up in an index and tries the others on all that this leaves. Azurite
    // names the account first, which everything has in common: each request would read all that is stored. What it deletes as a set, be it
    // of one, has all indexes sorted anew; one by one they are kept.
    private const string Preload = """
        import { createRequire } from 'node:module';
        const { Resultset } = createRequire(process.argv[1])('lokijs');
        const find = Resultset.prototype.find;
        const rank = ([name, value]) => name === 'accountName' ? 3 : typeof value !== 'string' ? 2 : /^(name|blobName|messageId)$/.test(name) ? 0 : 1;
        Resultset.prototype.find = function (query, firstOnly) {
          const conditions = query && typeof query === 'object' ? Object.entries(query) : [];
          if (conditions.length > 1) query = Object.fromEntries(conditions.sort((one, other) => rank(one) - rank(other)));
          return find.call(this, query, firstOnly);
        };
        const removeSet = Resultset.prototype.remove;
        Resultset.prototype.remove = function () {
          if (!this.filterInitialized || this.filteredrows.length > 8) return removeSet.call(this);
          for (const one of this.filteredrows.map(row => this.collection.data[row])) this.collection.remove(one);
          this.filteredrows = [];
          return this;
        };
        process.stdin.resume();
        process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM'));
        process.on('SIGINT', () => {});
        const once = process.once;
        process.once = function (event, listener) { return event === 'SIGINT' ? this : once.call(this, event, listener); };
        """;

    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainWait = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly Queue<string> _lastLines = new();
    private readonly Dictionary<string, Uri> _services = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _outputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _errorEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    // An event, so that subscribing from several threads loses none.
    private event Action<string>? AccessLog;

    private AzuriteProcess(Process process) => _process = process;

    /// <summary>The blob endpoint with the account, as in <c>http://127.0.0.1:10000/devstoreaccount1</c>.</summary>
    public Uri BlobEndpoint => new(_services["Blob"], AccountName);

    /// <summary>The queue endpoint with the account.</summary>
    public Uri QueueEndpoint => new(_services["Queue"], AccountName);

    /// <summary>For <c>AzureWebJobsStorage</c> and the storage clients.</summary>
    public string ConnectionString => ConnectionStringOf(AccountName);

    /// <summary>The same for one of <see cref="AzuriteOptions.Accounts"/>.</summary>
    public string ConnectionStringOf(string account) =>
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AccountKey};"
        + $"BlobEndpoint={new Uri(_services["Blob"], account)};QueueEndpoint={new Uri(_services["Queue"], account)};"
        + $"TableEndpoint={new Uri(_services["Table"], account)};";

    /// <summary>Process id.</summary>
    public int ProcessId { get; private set; }

    /// <summary>Ends with the reason when the process has ended, of itself or by <see cref="DisposeAsync"/>.</summary>
    public Task<string> Completion => _completion.Task;

    /// <summary>Starts Azurite and waits until its services listen.</summary>
    /// <exception cref="AzuriteException">It is not installed, cannot be started, or ended; the message carries its last lines.</exception>
    public static async Task<AzuriteProcess> StartAsync(AzuriteOptions options, CancellationToken cancellation = default)
    {
        var script = Path.Combine(options.NodeModules, "azurite", "dist", "src", "azurite.js");
        if (!File.Exists(script))
            throw new AzuriteException(
                $"Azurite is not installed: '{script}' is missing. Run npm ci in the folder above '{options.NodeModules}'."
            );
        if (options.DataFolder is { } folder)
            PrivateFolder.Make(folder);

        var process = new Process { StartInfo = Describe(options, Path.GetFullPath(script)), EnableRaisingEvents = true };
        var azurite = new AzuriteProcess(process);
        process.OutputDataReceived += (_, e) => azurite.OnLine(e.Data, azurite._outputEnded);
        process.ErrorDataReceived += (_, e) => azurite.OnLine(e.Data, azurite._errorEnded);
        process.Exited += (_, _) => _ = azurite.OnExitAsync();
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            process.Dispose();
            throw new AzuriteException($"'{options.Node}' cannot be started: {error.Message}. Install Node.js 20 or later.", error);
        }
        azurite.ProcessId = process.Id;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            if (
                await Task.WhenAny(azurite._listening.Task, azurite.Completion).WaitAsync(options.StartTimeout, cancellation)
                == azurite.Completion
            )
                throw new AzuriteException(await azurite.Completion);
        }
        catch (Exception error)
        {
            await azurite.DisposeAsync();
            if (error is TimeoutException)
                throw new AzuriteException(
                    $"Azurite did not start within {options.StartTimeout}. Its last lines:\n{azurite.LastLines()}",
                    error
                );
            throw;
        }
        return azurite;
    }

    /// <summary>
    /// Hands every further line of the access log to <paramref name="line"/>, on the thread that reads it: it must only take note
    /// and return, for Azurite waits while its output is not read.
    /// </summary>
    public IDisposable OnAccessLog(Action<string> line)
    {
        AccessLog += line;
        return new Subscription(() => AccessLog -= line);
    }

    /// <summary>Asks the process to end, so that it closes its data, and kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
            return;
        _stopping = true;
        if (!_completion.Task.IsCompleted)
        {
            _process.StandardInput.Close();
            if (await Task.WhenAny(_completion.Task, Task.Delay(StopWait)) != _completion.Task)
            {
                _process.Kill(entireProcessTree: true);
                await _completion.Task;
            }
        }
        _process.Dispose();
    }

    private static ProcessStartInfo Describe(AzuriteOptions options, string script)
    {
        var start = new ProcessStartInfo(options.Node)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = options.DataFolder ?? Path.GetTempPath(),
        };
        string[] arguments =
        [
            "--import",
            "data:text/javascript;base64," + Convert.ToBase64String(Encoding.UTF8.GetBytes(Preload)),
            script,
            "--skipApiVersionCheck",
            "--disableTelemetry",
            "--blobHost",
            "127.0.0.1",
            "--queueHost",
            "127.0.0.1",
            "--tableHost",
            "127.0.0.1",
            "--blobPort",
            $"{options.BlobPort}",
            "--queuePort",
            $"{options.QueuePort}",
            "--tablePort",
            $"{options.TablePort}",
            .. options.DataFolder is { } folder ? ["--location", Path.GetFullPath(folder)] : (string[])["--inMemoryPersistence"],
        ];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(
            ';',
            options.Accounts.Prepend(AccountName).Select(account => $"{account}:{AccountKey}")
        );
        return start;
    }

    private void OnLine(string? line, TaskCompletionSource ended)
    {
        if (line is null)
        {
            ended.TrySetResult();
            return;
        }
        if (_listening.Task.IsCompleted && AccessLine().IsMatch(line))
        {
            AccessLog?.Invoke(line);
            return;
        }
        lock (_lastLines)
        {
            if (_lastLines.Count == KeptLines)
                _lastLines.Dequeue();
            _lastLines.Enqueue(line);
        }
        if (ListeningLine().Match(line) is not { Success: true } match)
            return;
        lock (_services)
        {
            _services[match.Groups["service"].Value] = new Uri(match.Groups["address"].Value);
            if (_services.Count == 3)
                _listening.TrySetResult();
        }
    }

    private async Task OnExitAsync()
    {
        var code = _process.ExitCode;
        // The last lines, which say why, may still be on their way through the pipe.
        await Task.WhenAny(Task.WhenAll(_outputEnded.Task, _errorEnded.Task), Task.Delay(DrainWait));
        _completion.TrySetResult(_stopping ? "Azurite was stopped." : $"Azurite ended with code {code}. Its last lines:\n{LastLines()}");
    }

    private string LastLines()
    {
        lock (_lastLines)
            return string.Join('\n', _lastLines);
    }

    [GeneratedRegex(@"^Azurite (?<service>Blob|Queue|Table) service is successfully listening at (?<address>http://\S+)")]
    private static partial Regex ListeningLine();

    [GeneratedRegex("^\\S+ - \\S+ \\[")]
    private static partial Regex AccessLine();

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
