namespace RoadSeg.LocalHost.Tests;

public sealed class RoutingTests
{
    [Fact]
    public async Task Routes_are_matched_as_classic_aspnet_routes_in_the_order_of_the_names()
    {
        await using var app = new TestApp()
            .Http("A", Route("items/{id:int}")).Http("B", Route("items/{name}/{part?}")).Http("C", Route("posts", "\"methods\":[\"post\"]")).Http("Z", Route("{*rest}"));
        app.CustomHandler["enableProxyingHttpRequest"] = true;
        app.HostJson["extensions"]!["http"] = new System.Text.Json.Nodes.JsonObject { ["routePrefix"] = "" };
        await app.StartAsync();

        Assert.Equal("A", await FunctionAsync(app, HttpMethod.Get, "/items/7"));
        Assert.Equal("B", await FunctionAsync(app, HttpMethod.Get, "/items/seven"));
        Assert.Equal("B", await FunctionAsync(app, HttpMethod.Get, "/items/seven/x"));
        Assert.Equal("C", await FunctionAsync(app, HttpMethod.Post, "/POSTS"));
        Assert.Equal("Z", await FunctionAsync(app, HttpMethod.Get, "/posts"));
        Assert.Equal("Z", await FunctionAsync(app, HttpMethod.Get, "/"));
        Assert.Equal("Z", await FunctionAsync(app, HttpMethod.Delete, "/a/b/c"));
        Assert.Null(await FunctionAsync(app, HttpMethod.Get, "/admin/x"));
        Assert.Null(await FunctionAsync(app, HttpMethod.Get, "/runtime/webhooks"));
    }

    [Theory]
    [InlineData(null, "/api/Hello", 200)]
    [InlineData(null, "/Hello", 404)]
    [InlineData("", "/Hello", 200)]
    [InlineData("v1", "/v1/hello", 200)]
    [InlineData("v1", "/api/Hello", 404)]
    public async Task The_prefix_is_api_unless_set(string? prefix, string path, int status)
    {
        await using var app = new TestApp().Http("Hello");
        if (prefix is not null) app.HostJson["extensions"]!["http"] = new System.Text.Json.Nodes.JsonObject { ["routePrefix"] = prefix };
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task A_wrong_method_is_not_found()
    {
        await using var app = await new TestApp().Http("Hello", "\"authLevel\":\"anonymous\",\"methods\":[\"get\"]").StartAsync();
        using var answer = await app.Client.PostAsync(new Uri("/api/Hello", UriKind.Relative), null);
        Assert.Equal(404, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("true", 204)]
    public async Task The_root_without_a_function_is_the_home_page(string? disabled, int status)
    {
        await using var app = new TestApp().Http("Hello");
        if (disabled is not null) app.Settings["AzureWebJobsDisableHomepage"] = disabled;
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/", UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Reserved_first_segments_cannot_be_routes()
    {
        await using var app = new TestApp().Http("Hello", Route("admin/x"));
        app.HostJson["extensions"]!["http"] = new System.Text.Json.Nodes.JsonObject { ["routePrefix"] = "" };
        await app.StartAsync();
        Assert.Contains("conflicts with one or more built in routes", app.Host.FunctionErrors["Hello"]);
    }

    [Fact]
    public async Task Too_many_requests_at_once_are_answered_429_and_custom_headers_are_on_every_answer()
    {
        await using var app = new TestApp().Http("Slow").Answers("Slow", new TestHandler.Answer { DelayMs = 1500 });
        app.HostJson["extensions"]!["http"] = System.Text.Json.Nodes.JsonNode.Parse("""{"maxOutstandingRequests":1,"customHeaders":{"X-Own":"yes"}}""");
        await app.StartAsync();
        var first = app.Client.GetAsync(new Uri("/api/Slow", UriKind.Relative));
        await app.RequestsAsync(1, "Slow");
        using var second = await app.Client.GetAsync(new Uri("/api/Slow", UriKind.Relative));
        Assert.Equal(429, (int)second.StatusCode);
        Assert.Equal("1", second.Headers.GetValues("X-FUNCTION-SCALEOUT").Single());
        Assert.Equal("yes", second.Headers.GetValues("X-Own").Single());
        using var answer = await first;
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("yes", answer.Headers.GetValues("X-Own").Single());
    }

    [Fact]
    public async Task A_taken_port_is_refused_with_a_message()
    {
        await using var app = await new TestApp().Http("Hello").StartAsync();
        var error = await Assert.ThrowsAsync<HostConfigurationException>(() => FunctionsHost.StartAsync(
            new FunctionsHostOptions { ScriptRoot = app.Root, Port = app.Host.BaseAddress.Port, Settings = app.Settings }));
        Assert.Contains($"The port {app.Host.BaseAddress.Port} cannot be listened on", error.Message);
        Assert.True(app.Host.BaseAddress.IsLoopback);
    }

    private static string Route(string route, string more = "\"direction\":\"in\"") => $"\"authLevel\":\"anonymous\",\"route\":\"{route}\",{more}";

    /// <summary>The function that ran, from the host's log.</summary>
    private static async Task<string?> FunctionAsync(TestApp app, HttpMethod method, string path)
    {
        var before = app.Logs.Lines.Count(l => l.Text.StartsWith("Executing", StringComparison.Ordinal));
        using var answer = await app.Client.SendAsync(new HttpRequestMessage(method, path));
        return app.Logs.Lines.Where(l => l.Text.StartsWith("Executing", StringComparison.Ordinal)).Skip(before).Select(l => l.Category["Function.".Length..]).SingleOrDefault();
    }
}
