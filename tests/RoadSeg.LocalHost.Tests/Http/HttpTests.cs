using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace RoadSeg.LocalHost.Tests;

/// <summary>One host with a body limit of 100 000 bytes, keys off.</summary>
public sealed class HttpApp : IAsyncLifetime
{
    internal TestApp App { get; } = new() { Settings = { ["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] = "100000" } };

    public async ValueTask InitializeAsync() => await App.StartAsync();

    public ValueTask DisposeAsync() => App.DisposeAsync();
}

public sealed class HttpTests(HttpApp fixture) : IClassFixture<HttpApp>
{
    private readonly TestApp _app = fixture.App;

    [Theory]
    [InlineData("PUT", "/echo/7?id=1&id=2&name=Ink%20And%20Toner")]
    [InlineData("POST", "/echo/a%20b/%C3%BC?x")]
    [InlineData("DELETE", "/echo/a+b,c;d")]
    public async Task Method_target_headers_and_body_reach_the_function_and_its_answer_the_caller(string method, string target)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), target) { Content = new StringContent("hello", Encoding.UTF8, "text/x") };
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        request.Headers.Add("x-ms-invocation-id", "a caller's own");
        using var answer = await _app.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("hello", await answer.Content.ReadAsStringAsync());
        Assert.Equal("text/x; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(method, answer.Headers.GetValues("x-method").Single());
        Assert.Equal(target, answer.Headers.GetValues("x-target").Single());
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", answer.Headers.GetValues("x-trace").Single());
        await _app.LoggedAsync($"Executed 'Functions.Echo' (Succeeded, Id={Guid.Parse(answer.Headers.GetValues("x-invocation").Single())}");
    }

    [Fact]
    public async Task A_request_streams_to_the_function_while_it_is_being_sent()
    {
        using var content = new StepContent();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/steps") { Content = content };
        var call = _app.Client.SendAsync(request);
        // More than the buffers on the way hold.
        await Eventually.TrueAsync(() => _app.Runs("Echo").Sum(run => int.Parse(run.Text)) > StepContent.First / 2, "the first part");
        content.Go.SetResult();
        using var answer = await call;
        Assert.Equal(StepContent.First + 6, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task An_answer_streams_to_the_caller_while_the_function_writes_it()
    {
        using var answer = await _app.Client.GetAsync(new Uri("/drip/on", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var body = await answer.Content.ReadAsStreamAsync();
        var first = new byte[6];
        await body.ReadExactlyAsync(first);
        Assert.Equal("first ", Encoding.UTF8.GetString(first));
        _app.Release("on");
        using var rest = new StreamReader(body);
        Assert.Equal("second", await rest.ReadToEndAsync());
    }

    [Fact]
    public async Task Ranges_heads_and_revalidation_are_the_functions_own()
    {
        using var part = new HttpRequestMessage(HttpMethod.Get, "/digits") { Headers = { Range = new RangeHeaderValue(2, 4) } };
        using var ranged = await _app.Client.SendAsync(part);
        Assert.Equal((206, "234"), ((int)ranged.StatusCode, await ranged.Content.ReadAsStringAsync()));
        using var head = await _app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/digits"));
        Assert.Equal((200, 10L, ""), ((int)head.StatusCode, head.Content.Headers.ContentLength, await head.Content.ReadAsStringAsync()));
        using var again = new HttpRequestMessage(HttpMethod.Get, "/digits") { Headers = { IfNoneMatch = { new EntityTagHeaderValue("\"ten\"") } } };
        using var same = await _app.Client.SendAsync(again);
        Assert.Equal(304, (int)same.StatusCode);
    }

    [Theory]
    [InlineData(100_000, false, 200)]
    [InlineData(90_000, true, 200)]
    [InlineData(100_001, false, 413)]
    [InlineData(500_000, true, 413)]
    public async Task A_body_over_the_limit_is_refused(int bytes, bool chunked, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/count") { Content = new ByteArrayContent(new byte[bytes]) };
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await _app.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
    }

    // "A malformed chunk is 500 (once)."
    [Theory]
    [InlineData("no number\r\nabc\r\n0\r\n\r\n")]
    [InlineData("3\r\nabcdef\r\n0\r\n\r\n")]
    [InlineData("3\r\nabc\r\n-1\r\nabc\r\n")]
    public async Task A_malformed_chunk_is_the_callers_however_often(string chunks)
    {
        for (var i = 0; i < 20; i++)
        {
            using var caller = await SendAsync($"POST /count HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
            await using var stream = new NetworkStream(caller);
            using var answer = new StreamReader(stream);
            Assert.StartsWith("HTTP/1.1 400 ", await answer.ReadLineAsync(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain(_app.Logs.Lines, line => line.Level >= LogLevel.Error && line.Text.Contains("ForwarderError", StringComparison.Ordinal));
    }

    // "Every aborted upload is logged as an error."
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_that_breaks_off_is_no_error_in_the_log(bool reset)
    {
        var before = _app.Logs.Lines.Count(Executing);
        for (var i = 0; i < 20; i++)
        {
            var caller = await SendAsync("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\nabc");
            await Eventually.TrueAsync(() => _app.Logs.Lines.Count(Executing) == before + i + 1, "the invocation.");
            if (reset) caller.LingerState = new LingerOption(true, 0);
            caller.Dispose();
        }

        // What comes after them finds the host at rest.
        using var answer = await _app.GetAsync("/digits");
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.DoesNotContain(_app.Logs.Lines, line => line.Level >= LogLevel.Error && line.Text.Contains("ForwarderError", StringComparison.Ordinal));

        static bool Executing(LogLine line) => line.Text.StartsWith("Executing 'Functions.Count'", StringComparison.Ordinal);
    }

    private async Task<Socket> SendAsync(string request)
    {
        var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(IPAddress.Loopback, _app.Host.BaseAddress.Port);
        await caller.SendAsync(Encoding.ASCII.GetBytes(request));
        return caller;
    }

    [Fact]
    public async Task A_function_that_throws_is_answered_500_without_a_body_and_the_log_says_why()
    {
        using var answer = await _app.GetAsync("/throw");
        Assert.Equal((500, ""), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        await _app.LoggedAsync("No good: /throw");
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        using var hurry = new CancellationTokenSource();
        var call = _app.Client.GetAsync(new Uri("/hang/away", UriKind.Relative), hurry.Token);
        await _app.RunsAsync("Hang", "started");
        await hurry.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _app.RunsAsync("Hang", "canceled");
    }

    [Theory]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("POST", "/digits", 404)]
    [InlineData("GET", "/", 200)]
    [InlineData("GET", "/admin/host/status", 200)]
    [InlineData("GET", "/locked", 200)]
    public async Task Other_paths_and_methods_are_not_found_and_without_keys_every_function_is_open(string method, string path, int status)
    {
        using var answer = await _app.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("FUNCTIONS_WORKER_RUNTIME", "dotnet-isolated")]
    [InlineData("AZURE_FUNCTIONS_ENVIRONMENT", "Development")]
    public async Task The_worker_has_the_hosts_environment(string name, string value)
    {
        using var answer = await _app.GetAsync($"/setting/{name}");
        Assert.Equal(value, await answer.Content.ReadAsStringAsync());
    }

    private sealed class StepContent : HttpContent
    {
        public const int First = 65_536;

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(new byte[First]);
            await stream.FlushAsync();
            await Go.Task;
            await stream.WriteAsync("second"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = -1;
            return false;
        }
    }
}
