using System.Globalization;
using System.Text.Json.Nodes;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Handler;

namespace RoadSeg.LocalHost.Tests;

public sealed class HandlerStartTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("start-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact, Trait("Contract", "1")]
    public async Task The_handler_gets_the_five_names_and_an_inherited_port_is_overwritten()
    {
        await using var app = new TestApp().Http("Hello");
        app.Settings["FUNCTIONS_CUSTOMHANDLER_PORT"] = "9000";
        app.Settings["MY_SETTING"] = "kept";
        await app.StartAsync();

        var start = Assert.Single(app.Starts());
        var port = start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"];
        Assert.NotEqual("9000", port);
        Assert.Equal(port, start.Environment["FUNCTIONS_HTTPWORKER_PORT"]);
        Assert.True(Guid.TryParse(start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"], out _));
        Assert.Equal(start.Environment["FUNCTIONS_CUSTOMHANDLER_WORKER_ID"], start.Environment["FUNCTIONS_HTTPWORKER_ID"]);
        Assert.Equal(app.Root, start.Environment["FUNCTIONS_APP_ROOT_PATH"]);
        Assert.Equal("kept", start.Environment["MY_SETTING"]);
        Assert.Equal("Development", start.Environment["AZURE_FUNCTIONS_ENVIRONMENT"]);
        Assert.Equal(app.Root, start.WorkingDirectory);
        Assert.Equal(start.ProcessId, app.Host.HandlerProcessId);
    }

    // A connection that some process makes while the handler starts must not get its port and answer in its place.
    [Fact]
    public async Task The_handlers_port_is_none_that_the_system_gives_to_connections()
    {
        await using var app = await new TestApp().Http("Hello").StartAsync();
        var port = int.Parse(app.Starts()[0].Environment["FUNCTIONS_CUSTOMHANDLER_PORT"], CultureInfo.InvariantCulture);
        var given = (await File.ReadAllTextAsync("/proc/sys/net/ipv4/ip_local_port_range")).Split('\t', StringSplitOptions.TrimEntries);
        Assert.InRange(port, 1024, int.Parse(given[0], CultureInfo.InvariantCulture) - 1);
    }

    [Fact, Trait("Contract", "2")]
    public void A_relative_executable_in_the_app_folder_becomes_absolute()
    {
        File.WriteAllText(Path.Combine(_root, "handler"), "");
        Assert.Equal(Path.Combine(_root, "handler"), Options("""{"defaultExecutablePath":"handler"}""").ExecutablePath);
    }

    [Fact, Trait("Contract", "2")]
    public void A_relative_executable_that_is_not_in_the_app_folder_keeps_its_name() =>
        Assert.Equal("node", Options("""{"defaultExecutablePath":"node"}""").ExecutablePath);

    [Fact, Trait("Contract", "2")]
    public void A_rooted_executable_is_kept() =>
        Assert.Equal("/usr/bin/env", Options("""{"defaultExecutablePath":"/usr/bin/env"}""").ExecutablePath);

    [Fact, Trait("Contract", "2")]
    public void Settings_are_expanded_in_the_executable_path() =>
        Assert.Equal("/opt/test/handler", Options("""{"defaultExecutablePath":"%TestEnv%/handler"}""", ("TestEnv", "/opt/test")).ExecutablePath);

    [Fact, Trait("Contract", "2")]
    public void Folders_are_relative_to_the_app_folder()
    {
        Directory.CreateDirectory(Path.Combine(_root, "bin"));
        File.WriteAllText(Path.Combine(_root, "bin", "handler"), "");
        var options = Options("""{"defaultExecutablePath":"handler","workerDirectory":"bin","workingDirectory":"work"}""");
        Assert.Equal(Path.Combine(_root, "bin", "handler"), options.ExecutablePath);
        Assert.Equal(Path.Combine(_root, "work"), options.WorkingDirectory);
        Assert.Equal(_root, Options("""{"defaultExecutablePath":"x"}""").WorkingDirectory);
    }

    [Fact, Trait("Contract", "2")]
    public void Arguments_are_joined_without_quotes_the_worker_path_is_quoted_and_unknown_names_vanish()
    {
        var description = """
            {"defaultExecutablePath":"run-%FUNCTIONS_CUSTOMHANDLER_PORT%","arguments":["--port=%FUNCTIONS_HTTPWORKER_PORT%","a b","%NoSuchName%x"],
             "defaultWorkerPath":"my app.js","workerArguments":["%TestEnv%","%FUNCTIONS_APP_ROOT_PATH%"]}
            """;
        var settings = Settings(description, ("TestEnv", "v"), ("FUNCTIONS_HTTPWORKER_PORT", "9000"));
        var start = HandlerStart.Describe(CustomHandlerOptions.Load(settings, _root, strict: false), settings, _root, 8123, "id-1");
        Assert.Equal("run-8123", start.FileName);
        Assert.Equal($" --port=8123 a b x \"my app.js\" v {_root}", start.Arguments);
        Assert.Equal("id-1", start.Environment["FUNCTIONS_HTTPWORKER_ID"]);
    }

    [Fact, Trait("Contract", "2")]
    public void A_setting_overrides_the_arguments_with_one_json_array()
    {
        var options = Options("""{"defaultExecutablePath":"x","arguments":["old","older"]}""",
            ("AzureFunctionsJobHost__customHandler__description__arguments", "[\"new\"]"));
        Assert.Equal(["new"], options.Arguments);
    }

    [Theory, Trait("Contract", "3")]
    [InlineData("""{"version":"2.0","customHandler":{}}""", "Missing worker Description.")]
    [InlineData("""{"version":"2.0","customHandler":{"enableForwardingHttpRequest":true}}""", "Missing worker Description.")]
    [InlineData("""{"version":"2.0","customHandler":{"description":{}}}""", "WorkerDescription DefaultExecutablePath cannot be empty")]
    [InlineData("""{"version":"2.0","customHandler":{"description":{"arguments":["x"]}}}""", "WorkerDescription DefaultExecutablePath cannot be empty")]
    [InlineData("""{"version":"2.0","customHandler":{"description":{"defaultExecutablePath":"x"},"port":0}}""", "customHandler:port must be between 1 and 65535")]
    [InlineData("""{"version":"2.0"}""", "no customHandler section")]
    [InlineData("""{"customHandler":{"description":{"defaultExecutablePath":"x"}}}""", "missing the required 'version'")]
    [InlineData("""{"version":"2.0",""", "Unable to parse host configuration file")]
    public async Task A_bad_host_json_stops_the_start_with_a_message(string hostJson, string message)
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "host.json"), hostJson);
        var error = await Assert.ThrowsAsync<HostConfigurationException>(() => FunctionsHost.StartAsync(new FunctionsHostOptions { ScriptRoot = _root, Port = 0 }));
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void Custom_handler_wins_over_http_worker_with_a_warning()
    {
        File.WriteAllText(Path.Combine(_root, "host.json"),
            """{"version":"2.0","httpWorker":{"description":{"defaultExecutablePath":"old"}},"customHandler":{"description":{"defaultExecutablePath":"new"}}}""");
        var options = CustomHandlerOptions.Load(HostSettings.Load(_root, new Dictionary<string, string>()), _root, strict: false);
        Assert.Equal("new", options.ExecutablePath);
        Assert.Contains("takes precedence", options.Warning);
    }

    private CustomHandlerOptions Options(string description, params (string Name, string Value)[] settings) =>
        CustomHandlerOptions.Load(Settings(description, settings), _root, strict: false);

    private HostSettings Settings(string description, params (string Name, string Value)[] settings)
    {
        var host = new JsonObject { ["version"] = "2.0", ["customHandler"] = new JsonObject { ["description"] = JsonNode.Parse(description) } };
        File.WriteAllText(Path.Combine(_root, "host.json"), host.ToJsonString());
        return HostSettings.Load(_root, settings.ToDictionary(s => s.Name, s => s.Value));
    }
}
