using System.Text.Json;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Tests;

/// <summary>The real test worker in a host of its own, with queues that nobody else uses.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private readonly AzuriteFixture? _azurite;
    private FunctionsHost? _host;

    /// <summary>Without storage only the HTTP functions run.</summary>
    public TestApp(AzuriteFixture? azurite = null)
    {
        _azurite = azurite;
        Settings["TESTWORKER_DIR"] = Root;
        Settings["WORK_QUEUE"] = $"work{Guid.NewGuid():N}";
        Settings["TEXT_QUEUE"] = $"text{Guid.NewGuid():N}";
        Settings["TICK"] = "0 0 0 1 1 *";
        Settings["AzureFunctionsWebHost__hostid"] = $"h{Guid.NewGuid():N}"[..20];
        Settings["AzureWebJobsStorage"] = azurite?.ConnectionString ?? "UseDevelopmentStorage=true";
        if (azurite is null) foreach (var function in new[] { "Work", "Text", "Tick" }) Settings[$"AzureWebJobs.{function}.Disabled"] = "1";
    }

    /// <summary>The worker's build output, of the same configuration as the tests.</summary>
    public static string Folder => Checkout.File($"tests/RoadSeg.LocalHost.Tests/TestWorker/bin/{new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name}/net10.0");

    public string Root { get; } = Directory.CreateTempSubdirectory("localhost-").FullName;

    public CapturedLogs Logs { get; } = new();

    public Dictionary<string, string> Settings { get; } = [];

    public FunctionsHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public Azure.Storage.Queues.QueueClient WorkQueue => _azurite!.Queue(Settings["WORK_QUEUE"]);

    public FunctionsHostOptions Options => new()
    {
        ScriptRoot = Folder, Port = 0, Settings = Settings, LoggerFactory = Logs, StateFolder = Path.Combine(Root, "state"),
        TimeoutGracePeriod = TimeSpan.FromMilliseconds(500),
    };

    public async Task<TestApp> StartAsync(Func<FunctionsHostOptions, FunctionsHostOptions>? change = null)
    {
        if (_azurite is not null) await WorkQueue.CreateIfNotExistsAsync();
        _host = await FunctionsHost.StartAsync(change?.Invoke(Options) ?? Options);
        Client.BaseAddress = _host.BaseAddress;
        return this;
    }

    public Task<HttpResponseMessage> GetAsync(string path) => Client.GetAsync(new Uri(path, UriKind.Relative));

    /// <summary>Lets a hanging function end.</summary>
    public void Release(string name) => File.WriteAllText(Path.Combine(Root, name), "");

    public Run[] Runs(string function)
    {
        var file = Path.Combine(Root, "runs.jsonl");
        if (!File.Exists(file)) return [];
        var text = File.ReadAllText(file);
        // A line is complete once its end is written.
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonSerializer.Deserialize<Run>(line)!).Where(run => run.Function == function)];
    }

    /// <summary>At least this many events of one kind, in order.</summary>
    public Task<Run[]> RunsAsync(string function, string what, int count = 1) => Eventually.GetAsync(() => Task.FromResult(
        Runs(function).Where(run => run.Event == what).ToArray() is var found && found.Length >= count ? found : null), $"{count} times {function} {what}.\n{Logs}");

    public Task LoggedAsync(string text) =>
        Eventually.TrueAsync(() => Logs.Lines.Any(l => l.Text.Contains(text, StringComparison.Ordinal)), $"the log line '{text}'.\n{Logs}");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Client.Dispose();
        Directory.Delete(Root, recursive: true);
    }
}
