using System.Text.Json.Nodes;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Tests;

public sealed class FunctionFolderTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("""[]""", "At least one binding must be declared.")]
    [InlineData("""[{"type":"http","direction":"out","name":"res"}]""", "No trigger binding specified")]
    [InlineData("""[{"type":"httpTrigger","name":"a"},{"type":"timerTrigger","name":"b","schedule":"0 * * * * *"}]""", "Multiple trigger bindings")]
    [InlineData("""[{"type":"httpTrigger","name":"a"},{"type":"http","direction":"out","name":"A"}]""", "Binding names must be unique")]
    [InlineData("""[{"type":"httpTrigger","name":"1a"}]""", "binding name '1a' is invalid")]
    [InlineData("""[{"type":"httpTrigger","name":"$return"}]""", "needs the direction 'out'")]
    [InlineData("""[{"type":"httpTrigger","name":"a","direction":"up"}]""", "not a valid binding direction")]
    [InlineData("""[{"type":"httpTrigger","name":"a","authLevel":"root"}]""", "not a valid authLevel")]
    [InlineData("""[{"type":"httpTrigger","name":"a","route":"x/{id"}]""", "The route 'x/{id' is invalid")]
    [InlineData("""[{"type":"queueTrigger","name":"a"}]""", "needs 'queueName'")]
    [InlineData("""[{"type":"queueTrigger","name":"a","queueName":"%NO_SUCH_SETTING%"}]""", "'%NO_SUCH_SETTING%' does not resolve to a value.")]
    [InlineData("""[{"type":"timerTrigger","name":"a","schedule":"soon"}]""", "not recognized as a valid cron expression")]
    [InlineData("""[{"type":"eventHubTrigger","name":"a"}]""", "not registered")]
    [InlineData("""[{"type":"blobTrigger","name":"a","path":"c/{n}"}]""", "Use a queueTrigger fed by blob events")]
    public void A_bad_function_is_reported_by_name(string bindings, string error)
    {
        var root = Directory.CreateTempSubdirectory("functions-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "Bad"));
        File.WriteAllText(Path.Combine(root, "Bad", "function.json"), $$"""{"bindings":{{bindings}}}""");
        var settings = HostSettings.Load(root, new Dictionary<string, string>());
        var folder = new FunctionFolder(settings, HostJsonOptions.Load(settings)).Read(root);
        Assert.Contains(error, folder.Errors["Bad"]);
        Assert.Empty(folder.Functions);
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public async Task The_host_starts_with_the_good_functions_and_says_what_is_wrong_with_the_bad_one()
    {
        await using var app = await new TestApp().Function("Bad", "[]").Http("Good").StartAsync();
        Assert.Contains("At least one binding must be declared.", app.Host.FunctionErrors["Bad"]);
        Assert.Equal(["Good"], app.Host.FunctionNames);
        using var answer = await app.Client.GetAsync(new Uri("/api/Good", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Routes_in_host_json_stand_for_functions()
    {
        await using var app = new TestApp();
        app.CustomHandler["enableProxyingHttpRequest"] = true;
        app.CustomHandler["http"] = JsonNode.Parse("""{"defaultAuthorizationLevel":"anonymous","routes":[{"route":"items/{id}"},{"route":"{*rest}","authorizationLevel":"admin"}]}""");
        await Assert.ThrowsAsync<HostConfigurationException>(() => app.StartAsync());
        app.Settings["FUNCTIONS_WORKER_RUNTIME"] = "custom";
        await app.StartAsync(o => o with { RequireKeys = true });
        Assert.Equal(["http-handler1", "http-handler2"], app.Host.FunctionNames);
        using var item = await app.Client.DeleteAsync(new Uri("/api/items/7", UriKind.Relative));
        Assert.Equal(200, (int)item.StatusCode);
        using var rest = await app.Client.GetAsync(new Uri("/api/other", UriKind.Relative));
        Assert.Equal(401, (int)rest.StatusCode);
    }

    [Theory]
    [InlineData("9Fn")]
    [InlineData("host")]
    [InlineData("a.b")]
    public async Task A_bad_name_is_reported(string name)
    {
        await using var app = await new TestApp().Http(name).StartAsync();
        Assert.Contains("is not a valid function name", app.Host.FunctionErrors[name]);
    }

    [Fact]
    public async Task Folders_without_function_json_are_ignored_and_broken_json_is_reported()
    {
        await using var app = new TestApp().Http("Good");
        Directory.CreateDirectory(Path.Combine(app.Root, "assets"));
        Directory.CreateDirectory(Path.Combine(app.Root, "Torn"));
        await File.WriteAllTextAsync(Path.Combine(app.Root, "Torn", "function.json"), "{");
        await app.StartAsync();
        Assert.Equal(["Torn"], app.Host.FunctionErrors.Keys);
    }

    [Theory]
    [InlineData("AzureWebJobsPhotos")]
    [InlineData("Photos")]
    [InlineData("ConnectionStrings__Photos")]
    [InlineData("ConnectionStrings__AzureWebJobsPhotos")]
    public async Task A_connection_is_looked_up_under_four_names(string setting)
    {
        var queue = azurite.NewQueue();
        await using var app = new TestApp().QueueTrigger("Work", queue.Name, ",\"connection\":\"Photos\"");
        app.Settings[setting] = azurite.ConnectionString;
        await app.StartAsync();
        await queue.SendMessageAsync("x");
        await app.RequestsAsync(1, "Work");
    }

    [Theory]
    [InlineData(null, "The storage connection 'Photos' is not configured. Set 'Photos'")]
    [InlineData("Photos__accountName", "given as an identity")]
    [InlineData("Photos__queueServiceUri", "given as an identity")]
    public async Task A_connection_that_cannot_be_used_is_an_error_of_its_function(string? setting, string error)
    {
        await using var app = new TestApp().Http("Good").QueueTrigger("Work", "jobs", ",\"connection\":\"Photos\"");
        if (setting is not null) app.Settings[setting] = "x";
        await app.StartAsync();
        Assert.Contains(error, app.Host.FunctionErrors["Work"]);
    }

    [Fact]
    public async Task Local_settings_are_read_and_given_settings_win()
    {
        await using var app = new TestApp().Http("Good", "\"authLevel\":\"anonymous\",\"route\":\"%ROUTE%\"");
        await File.WriteAllTextAsync(Path.Combine(app.Root, "local.settings.json"), new JsonObject
        {
            ["Values"] = new JsonObject { ["ROUTE"] = "from-file", ["ONLY_FILE"] = "file", ["BOTH"] = "file" },
        }.ToJsonString());
        app.Settings["BOTH"] = "given";
        await app.StartAsync();
        Assert.Equal(("file", "given"), (app.Starts()[0].Environment["ONLY_FILE"], app.Starts()[0].Environment["BOTH"]));
        using var answer = await app.Client.GetAsync(new Uri("/api/from-file", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public void Two_settings_that_differ_in_case_do_not_stop_the_host_and_the_last_one_counts()
    {
        var settings = HostSettings.Load(AppContext.BaseDirectory, new Dictionary<string, string>
        {
            ["some_proxy"] = "small", ["SOME_PROXY"] = "large", ["A__B"] = "1", ["A:B"] = "2",
        });
        Assert.Equal(("large", "2"), (settings.Get("some_proxy"), settings.Get("A__B")));
        Assert.Equal("small", settings.Environment["some_proxy"]);
    }

    [Fact, Trait("Contract", "29")]
    public async Task A_disabled_queue_function_does_not_poll_but_can_be_run_by_hand()
    {
        var queue = azurite.NewQueue();
        await using var app = TestApp.With(azurite).QueueTrigger("Work", queue.Name).Http("Hello");
        app.Settings["AzureWebJobs.Work.Disabled"] = "true";
        await app.StartAsync();
        await queue.SendMessageAsync("x");
        using var run = await app.Client.PostAsync(new Uri("/admin/functions/work", UriKind.Relative), new StringContent("""{"input":"{\"jobId\":\"by hand\"}"}"""));
        Assert.Equal(202, (int)run.StatusCode);
        var body = JsonNode.Parse((await app.RequestsAsync(1, "Work"))[0].Body)!;
        Assert.Equal("\"{\\\"jobId\\\":\\\"by hand\\\"}\"", (string?)body["Data"]!["job"]);
        Assert.Equal("\"by hand\"", (string?)body["Metadata"]!["jobId"]);
        Assert.DoesNotContain(azurite.AccessLog, l => l.Contains($"GET /devstoreaccount1/{queue.Name}/messages", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/admin/functions/Nobody", """{"input":"x"}""", 404)]
    [InlineData("/admin/functions/Hello", "not json", 400)]
    [InlineData("/admin/nothing", "{}", 404)]
    public async Task Other_admin_requests_are_refused(string path, string body, int status)
    {
        await using var app = await new TestApp().Http("Hello", "\"authLevel\":\"anonymous\",\"route\":\"{*path}\"").StartAsync();
        using var answer = await app.Client.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body));
        Assert.Equal(status, (int)answer.StatusCode);
    }
}
