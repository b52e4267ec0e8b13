using System.Net;
using System.Net.Http.Headers;
using System.Text;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class ForwardingTests
{
    private static readonly string[] Proxying = ["enableForwardingHttpRequest", "enableProxyingHttpRequest"];
    private static readonly string[] Forwarding = ["enableForwardingHttpRequest"];

    [Theory, Trait("Contract", "17")]
    [InlineData("customHandler", true, "/api/hello")]
    [InlineData("customHandler", false, "/Greet")]
    [InlineData("httpWorker", true, "/Greet")]
    [InlineData("httpWorker", false, "/Greet")]
    public async Task Forwarding_keeps_the_path_and_everything_else_goes_to_the_function_name(string section, bool forwarding, string target)
    {
        await using var app = new TestApp().Http("Greet", "\"authLevel\":\"anonymous\",\"route\":\"hello\"");
        app.CustomHandler["enableForwardingHttpRequest"] = forwarding;
        var handler = app.CustomHandler.DeepClone();
        app.HostJson.Remove("customHandler");
        app.HostJson[section] = handler;
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/hello", UriKind.Relative));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(target, (await app.RequestsAsync(1, target[1..]))[0].Target);
    }

    [Theory, Trait("Contract", "18")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Query_headers_method_and_body_arrive_as_they_were_sent(bool proxying)
    {
        await using var app = await App(proxying, "p/{*rest}").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/p/7?id=149656222&name=Ink%20And%20Toner") { Content = new StringContent("hello world") };
        request.Headers.Accept.ParseAdd("text/plain");
        request.Headers.AcceptCharset.ParseAdd("utf-8");
        request.Headers.Add("Cookie", "a=b");
        request.Headers.UserAgent.ParseAdd("test/1");
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);

        var got = (await app.RequestsAsync(1, "api/p/7"))[0];
        Assert.Equal("POST", got.Method);
        Assert.Equal("/api/p/7?id=149656222&name=Ink%20And%20Toner", got.Target);
        Assert.Equal(["text/plain"], got.Headers["Accept"]);
        Assert.Equal(["utf-8"], got.Headers["Accept-Charset"]);
        Assert.Equal(["a=b"], got.Headers["Cookie"]);
        Assert.Equal(app.Host.BaseAddress.Authority, got.Headers["Host"][0]);
        Assert.Equal("hello world", Encoding.UTF8.GetString(got.Body));
        Assert.Equal(proxying ? "test/1" : "test/1 Azure-Functions-Host/4.1037.0.0", string.Join(' ', got.Headers["User-Agent"]));
        Assert.Equal(["4.1037.0.0"], got.Headers["X-Azure-Functions-HostVersion"]);
        var id = Guid.Parse(got.Headers["X-Azure-Functions-InvocationId"][0]);
        if (proxying) Assert.Equal([id.ToString()], got.Headers["x-ms-invocation-id"]);
        await app.LoggedAsync($"Id={id}");
    }

    [Theory, Trait("Contract", "18")]
    [InlineData(true, 500)]
    [InlineData(true, 302)]
    [InlineData(false, 500)]
    [InlineData(false, 302)]
    [InlineData(false, 404)]
    public async Task The_handlers_status_headers_and_body_reach_the_caller_and_the_invocation_succeeded(bool proxying, int status)
    {
        await using var app = App(proxying, "p").Answers("api/p", new Answer
        {
            Status = status, Body = "why", ContentType = "text/x", Headers = { ["Location"] = "https://elsewhere/", ["X-Own"] = "1" },
        });
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/p", UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("why", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/x", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal("https://elsewhere/", answer.Headers.Location!.ToString());
        Assert.Equal("1", answer.Headers.GetValues("X-Own").Single());
        await app.LoggedAsync("Succeeded");
    }

    [Theory]
    [InlineData(true, "/api/p?a=1&a=2", "gzip")]
    [InlineData(false, "/api/p?a=1,2", null)]
    public async Task The_buffered_form_joins_query_keys_and_loses_content_headers_and_the_proxy_does_not(bool proxying, string target, string? encoding)
    {
        await using var app = await App(proxying, "p").StartAsync();
        using var content = new StringContent("x");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await app.Client.PostAsync(new Uri("/api/p?a=1&a=2", UriKind.Relative), content);
        var got = (await app.RequestsAsync(1, "api/p"))[0];
        Assert.Equal(target, got.Target.Replace("%2C", ",", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(encoding, got.Headers.TryGetValue("Content-Encoding", out var values) ? values[0] : null);
        Assert.Equal("text/plain; charset=utf-8", got.Headers["Content-Type"][0]);
    }

    [Theory]
    [InlineData(true, false, 200)]
    [InlineData(false, false, 200)]
    [InlineData(false, true, 500)]
    [InlineData(true, true, 500)]
    public async Task A_chunked_body_arrives_except_in_the_strict_buffered_form(bool proxying, bool strict, int status)
    {
        await using var app = await App(proxying, "p").StartAsync(o => o with { Strict = strict });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/p") { Content = new StringContent("in pieces") };
        request.Headers.TransferEncodingChunked = true;
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 200) Assert.Equal("in pieces", Encoding.UTF8.GetString((await app.RequestsAsync(1, "api/p"))[0].Body));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_the_limit_is_answered_with_500(bool proxying)
    {
        await using var app = App(proxying, "p");
        app.Settings["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "1000";
        await app.StartAsync();
        using var fits = await app.Client.PostAsync(new Uri("/api/p", UriKind.Relative), new ByteArrayContent(new byte[1000]));
        Assert.Equal(200, (int)fits.StatusCode);
        using var large = await app.Client.PostAsync(new Uri("/api/p", UriKind.Relative), new ByteArrayContent(new byte[1001]));
        Assert.Equal(500, (int)large.StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/p") { Content = new ByteArrayContent(new byte[5000]) };
        request.Headers.TransferEncodingChunked = true;
        using var chunked = await app.Client.SendAsync(request);
        Assert.Equal(500, (int)chunked.StatusCode);
    }

    [Fact]
    public async Task The_proxy_streams_the_request_while_it_is_being_sent()
    {
        await using var app = await App(true, "p").StartAsync();
        using var content = new SlowContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/p") { Content = content };
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("first second", Encoding.UTF8.GetString((await app.RequestsAsync(1, "api/p"))[0].Body));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_goes_away_does_not_fail_the_function(bool proxying)
    {
        await using var app = App(proxying, "p").Answers("api/p", new Answer { DelayMs = 1000 });
        await app.StartAsync();
        using var hurry = new CancellationTokenSource();
        var call = app.Client.GetAsync(new Uri("/api/p", UriKind.Relative), hurry.Token);
        await app.RequestsAsync(1, "api/p");
        await hurry.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await app.LoggedAsync("Succeeded");
        Assert.DoesNotContain("Failed", app.Logs.ToString());
    }

    [Fact]
    public async Task The_callers_trace_goes_on_in_the_handler()
    {
        await using var app = await App(true, "p").StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/p");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var answer = await app.Client.SendAsync(request);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", (await app.RequestsAsync(1, "api/p"))[0].Headers["traceparent"][0]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_that_runs_into_functionTimeout_is_answered_500_and_the_handler_restarted(bool proxying)
    {
        await using var app = App(proxying, "p").Answers("api/p", new Answer { DelayMs = 60_000 }, new Answer());
        app.HostJson["functionTimeout"] = "00:00:01";
        await app.StartAsync();
        using (var slow = await app.Client.GetAsync(new Uri("/api/p", UriKind.Relative))) Assert.Equal(500, (int)slow.StatusCode);
        await Eventually.TrueAsync(() => app.Host.HandlerStartCount == 2, "the second start");
        using var next = await app.Client.GetAsync(new Uri("/api/p", UriKind.Relative));
        Assert.Equal(200, (int)next.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_running_request_finishes_before_the_host_stops_and_a_new_one_is_not_taken(bool proxying)
    {
        await using var app = App(proxying, "p").Answers("api/p", new Answer { DelayMs = 1500, Body = "done" });
        await app.StartAsync();
        var running = app.Client.GetAsync(new Uri("/api/p", UriKind.Relative));
        await app.RequestsAsync(1, "api/p");
        var stop = app.Host.StopAsync();
        using var answer = await running;
        Assert.Equal("done", await answer.Content.ReadAsStringAsync());
        await stop;
        await Assert.ThrowsAsync<HttpRequestException>(() => app.Client.GetAsync(new Uri("/api/p", UriKind.Relative)));
    }

    private static TestApp App(bool proxying, string route)
    {
        var app = new TestApp().Http("P", $"\"authLevel\":\"anonymous\",\"route\":\"{route}\"");
        foreach (var flag in proxying ? Proxying : Forwarding) app.CustomHandler[flag] = true;
        return app;
    }

    private sealed class SlowContent : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("first "u8.ToArray());
            await stream.FlushAsync();
            await Task.Delay(200);
            await stream.WriteAsync("second"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
