using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Tests;

public sealed class KeyTests
{
    [Fact, Trait("Contract", "28")]
    public async Task The_key_matrix_of_the_real_host()
    {
        await using var app = new TestApp().Http("Open").Http("Guarded", "\"authLevel\":\"function\"").Http("Other", "\"methods\":[\"get\"]").Http("Chief", "\"authLevel\":\"admin\"");
        await app.StartAsync(o => o with { RequireKeys = true });
        var keys = JObject.Parse(await File.ReadAllTextAsync(app.Host.KeyFile!));
        var master = (string)keys["master"]!;
        var host = (string)keys["host"]!["default"]!;
        var guarded = (string)keys["functions"]!["Guarded"]!["default"]!;
        var other = (string)keys["functions"]!["Other"]!["default"]!;

        Assert.Equal(200, await Get("Open"));
        Assert.Equal(401, await Get("Guarded"));
        Assert.Equal(200, await Get("Guarded", header: guarded));
        Assert.Equal(200, await Get("Guarded", query: guarded));
        Assert.Equal(401, await Get("Guarded", header: "wrong", query: guarded));
        Assert.Equal(401, await Get("Guarded", header: other));
        Assert.Equal(401, await Get("Guarded", query: guarded[..^1]));
        Assert.Equal(200, await Get("Guarded", header: host));
        Assert.Equal(200, await Get("Guarded", header: master));
        Assert.Equal(401, await Get("Other"));
        Assert.Equal(200, await Get("Other", header: other));
        Assert.Equal(401, await Get("Chief", header: guarded));
        Assert.Equal(401, await Get("Chief", header: host));
        Assert.Equal(401, await Get("Chief", header: (string)keys["functions"]!["Chief"]!["default"]!));
        Assert.Equal(200, await Get("Chief", header: master));
        Assert.Equal(200, await Get("Chief", query: master));

        Task<int> Get(string function, string? header = null, string? query = null) => StatusAsync(app, HttpMethod.Get, $"/api/{function}", header, query);
    }

    [Fact, Trait("Contract", "28")]
    public async Task A_refused_request_is_answered_401_with_an_empty_body_and_never_reaches_the_handler()
    {
        await using var app = await new TestApp().Http("Guarded", "\"authLevel\":\"function\"").StartAsync(o => o with { RequireKeys = true });
        using var answer = await app.Client.GetAsync(new Uri("/api/Guarded", UriKind.Relative));
        Assert.Equal(401, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Empty(app.Requests("Guarded"));
    }

    [Fact]
    public async Task The_key_is_passed_on_to_the_handler()
    {
        await using var app = new TestApp().Http("Guarded", "\"authLevel\":\"function\"");
        app.CustomHandler["enableProxyingHttpRequest"] = true;
        await app.StartAsync(o => o with { RequireKeys = true });
        var key = (string)JObject.Parse(await File.ReadAllTextAsync(app.Host.KeyFile!))["functions"]!["Guarded"]!["default"]!;
        Assert.Equal(200, await StatusAsync(app, HttpMethod.Get, "/api/Guarded", key, null));
        Assert.Equal([key], (await app.RequestsAsync(1, "api/Guarded"))[0].Headers["x-functions-key"]);
    }

    [Fact]
    public async Task Keys_are_kept_between_runs_and_only_their_owner_can_read_them()
    {
        await using var app = await new TestApp().Http("Guarded").StartAsync(o => o with { RequireKeys = true });
        var before = await File.ReadAllTextAsync(app.Host.KeyFile!);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(app.Host.KeyFile!));
        await using (var second = await FunctionsHost.StartAsync(new FunctionsHostOptions
        {
            ScriptRoot = app.Root, Port = 0, Settings = app.Settings, RequireKeys = true, StateFolder = Path.GetDirectoryName(app.Host.KeyFile!),
        }))
        {
            Assert.Equal(app.Host.KeyFile, second.KeyFile);
        }
        Assert.Equal(before, await File.ReadAllTextAsync(app.Host.KeyFile!));
    }

    [Fact]
    public async Task Without_auth_every_function_is_open()
    {
        await using var app = await new TestApp().Http("Chief", "\"authLevel\":\"admin\"").StartAsync();
        Assert.Equal(200, await StatusAsync(app, HttpMethod.Get, "/api/Chief", "anything", null));
        Assert.Null(app.Host.KeyFile);
    }

    [Fact]
    public async Task The_admin_api_needs_the_master_key()
    {
        await using var app = await new TestApp().Http("Hello").StartAsync(o => o with { RequireKeys = true });
        var keys = JObject.Parse(await File.ReadAllTextAsync(app.Host.KeyFile!));
        Assert.Equal(401, await StatusAsync(app, HttpMethod.Get, "/admin/host/status", null, null));
        Assert.Equal(401, await StatusAsync(app, HttpMethod.Post, "/admin/functions/Hello", (string)keys["host"]!["default"]!, null));
        Assert.Equal(200, await StatusAsync(app, HttpMethod.Get, "/admin/host/status", (string)keys["master"]!, null));
    }

    [Theory, Trait("Contract", "29")]
    [InlineData("AzureWebJobs.Hello.Disabled", "1", 404)]
    [InlineData("AzureWebJobs.Hello.Disabled", "true", 404)]
    [InlineData("AzureWebJobs_Hello_Disabled", "True", 404)]
    [InlineData("AzureWebJobs_Hello_Disabled", "1", 404)]
    [InlineData("AzureWebJobs.Hello.Disabled", "yes", 200)]
    [InlineData("AzureWebJobs.Hello.Disabled", "0", 200)]
    public async Task A_disabled_http_function_is_not_found(string setting, string value, int status)
    {
        await using var app = new TestApp().Http("Hello");
        app.Settings[setting] = value;
        await app.StartAsync();
        Assert.Equal(status, await StatusAsync(app, HttpMethod.Get, "/api/Hello", null, null));
    }

    [Fact, Trait("Contract", "29")]
    public async Task The_master_key_still_runs_a_disabled_http_function()
    {
        await using var app = new TestApp().Http("Hello");
        app.Settings["AzureWebJobs.Hello.Disabled"] = "1";
        await app.StartAsync(o => o with { RequireKeys = true });
        var keys = JObject.Parse(await File.ReadAllTextAsync(app.Host.KeyFile!));
        Assert.Equal(404, await StatusAsync(app, HttpMethod.Get, "/api/Hello", (string)keys["host"]!["default"]!, null));
        Assert.Equal(200, await StatusAsync(app, HttpMethod.Get, "/api/Hello", (string)keys["master"]!, null));
    }

    private static async Task<int> StatusAsync(TestApp app, HttpMethod method, string path, string? header, string? query)
    {
        using var request = new HttpRequestMessage(method, path + (query is null ? "" : $"?code={Uri.EscapeDataString(query)}"));
        if (method == HttpMethod.Post) request.Content = new StringContent("""{"input":""}""");
        if (header is not null) request.Headers.Add("x-functions-key", header);
        using var answer = await app.Client.SendAsync(request);
        return (int)answer.StatusCode;
    }
}
