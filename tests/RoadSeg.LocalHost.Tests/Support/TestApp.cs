using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

/// <summary>An app folder in a temporary place, the real test handler in it, and the host that runs it.</summary>
internal sealed class TestApp : IAsyncDisposable
{
    private FunctionsHost? _host;

    public string Root { get; } = Directory.CreateTempSubdirectory("localhost-").FullName;

    public CapturedLogs Logs { get; } = new();

    public Dictionary<string, string> Settings { get; } = [];

    public JsonObject HostJson { get; } = new()
    {
        ["version"] = "2.0",
        ["extensionBundle"] = new JsonObject { ["id"] = "Microsoft.Azure.Functions.ExtensionBundle", ["version"] = "[4.*, 5.0.0)" },
        ["extensions"] = new JsonObject { ["queues"] = new JsonObject { ["maxPollingInterval"] = "00:00:00.100", ["messageEncoding"] = "none" } },
        ["customHandler"] = new JsonObject
        {
            ["description"] = new JsonObject
            {
                ["defaultExecutablePath"] = "dotnet",
                ["arguments"] = new JsonArray($"\"{Path.Combine(AppContext.BaseDirectory, "RoadSeg.TestHandler.dll")}\""),
            },
        },
    };

    public JsonObject CustomHandler => HostJson["customHandler"]!.AsObject();

    public JsonObject Queues => HostJson["extensions"]!["queues"]!.AsObject();

    public Script Script { get; set; } = new();

    public FunctionsHost Host => _host ?? throw new InvalidOperationException("Not started.");

    public HttpClient Client { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    public static TestApp With(AzuriteFixture azurite)
    {
        var app = new TestApp();
        app.Settings["AzureWebJobsStorage"] = azurite.ConnectionString;
        return app;
    }

    public TestApp Function(string name, string bindings, string? retry = null)
    {
        Directory.CreateDirectory(Path.Combine(Root, name));
        File.WriteAllText(Path.Combine(Root, name, "function.json"), $$"""{"bindings":{{bindings}}{{(retry is null ? "" : $",\"retry\":{retry}")}}}""");
        return this;
    }

    /// <summary>An HTTP-in, HTTP-out function.</summary>
    public TestApp Http(string name, string more = "\"authLevel\":\"anonymous\"") => Function(name,
        $$"""[{"type":"httpTrigger","name":"req",{{more}}},{"type":"http","direction":"out","name":"res"}]""");

    public TestApp QueueTrigger(string name, string queue, string more = "") => Function(name,
        $$"""[{"type":"queueTrigger","name":"job","queueName":"{{queue}}"{{more}}}]""");

    public TestApp Answers(string path, params Answer[] answers)
    {
        Script.Answers[path] = answers;
        return this;
    }

    public async Task<TestApp> StartAsync(Func<FunctionsHostOptions, FunctionsHostOptions>? change = null, bool untilReady = true)
    {
        File.WriteAllText(Path.Combine(Root, "host.json"), HostJson.ToJsonString());
        File.WriteAllText(Path.Combine(Root, "script.json"), JsonSerializer.Serialize(Script));
        Settings["TESTHANDLER_DIR"] = Root;
        var options = new FunctionsHostOptions
        {
            ScriptRoot = Root, Port = 0, Settings = Settings, LoggerFactory = Logs, StateFolder = Path.Combine(Root, ".state"),
            TimeoutGracePeriod = TimeSpan.FromMilliseconds(100),
        };
        _host = await FunctionsHost.StartAsync(change?.Invoke(options) ?? options);
        Client.BaseAddress = _host.BaseAddress;
        if (untilReady) await _host.HandlerReady;
        return this;
    }

    /// <summary>At least this many requests of one path, in the order of their arrival.</summary>
    public async Task<RecordedRequest[]> RequestsAsync(int count, string path) => await Eventually.GetAsync(
        () => Task.FromResult(Requests(path) is var found && found.Length >= count ? found : null), $"{count} requests to {path}.\n{Logs}");

    public RecordedRequest[] Requests(string path) =>
        Read<RecordedRequest>("requests.jsonl").Where(r => r.Target.Split('?')[0] == "/" + path).ToArray();

    public RecordedStart[] Starts() => Read<RecordedStart>("starts.jsonl");

    public Task LoggedAsync(string text) => Eventually.TrueAsync(() => Logs.Lines.Any(l => l.Text.Contains(text, StringComparison.Ordinal)), $"the log line '{text}'.\n{Logs}");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Client.Dispose();
        Directory.Delete(Root, recursive: true);
    }

    private T[] Read<T>(string name)
    {
        var file = Path.Combine(Root, name);
        if (!File.Exists(file)) return [];
        var text = File.ReadAllText(file);
        // A line is complete once its end is written.
        return text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<T>(l)!).ToArray();
    }
}
