using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Http;

/// <summary>Requests that are no whole ones: whose fault they are, in the answer and in the log. "413 and 408 of the server become 400", "a malformed chunk is
/// 500 (once); every aborted upload is logged as an error", "API answers lack nosniff".</summary>
public sealed class RequestFaultTests(StorageFixture storage) : IAsyncLifetime
{
    private const string Head = "POST /v1/jobs HTTP/1.1\r\nHost: roadseg\r\nConnection: close\r\nContent-Type: image/jpeg\r\n";

    private readonly Lines _log = new();
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await StartAsync(null);

    // A slow machine is no slow caller.
    private Task<ApiService> StartAsync(MinDataRate? slowest, long most = 30_000_000) => ApiService.StartAsync(storage, null, services =>
    {
        services.AddSingleton<ILoggerProvider>(_log);
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Debug));
        services.Configure<KestrelServerOptions>(kestrel => (kestrel.Limits.MinRequestBodyDataRate, kestrel.Limits.MaxRequestBodySize) = (slowest, most));
    });

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nno number\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-1\r\nabc\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n")]
    public async Task A_malformed_chunk_is_the_callers(string rest)
    {
        var answer = await SendAsync(Head + rest);

        AssertRefused(400, "request-invalid", answer);
    }

    [Theory]
    [InlineData("Content-Length: 5000\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1388\r\n")]
    public async Task A_body_that_the_server_refuses_for_its_length_is_413(string rest)
    {
        await _api.DisposeAsync();
        _api = await StartAsync(null, most: 1000);

        // Photos are counted by the service alone.
        var answer = await SendAsync("POST /v1/uploads HTTP/1.1\r\nHost: roadseg\r\nConnection: close\r\nContent-Type: application/json\r\n" + rest + new string(' ', 3000));

        AssertRefused(413, "request-too-large", answer);
    }

    [Fact]
    public async Task A_body_that_the_server_gives_up_waiting_for_is_408()
    {
        await _api.DisposeAsync();
        _api = await StartAsync(new MinDataRate(1000, TimeSpan.FromSeconds(1.5)));

        var answer = await SendAsync(Head + "Content-Length: 100000\r\n\r\nabc");

        AssertRefused(408, "request-too-slow", answer);
    }

    [Theory]
    [InlineData(true, "Content-Length: 100000\r\n\r\nabc")]
    [InlineData(false, "Content-Length: 100000\r\n\r\nabc")]
    [InlineData(true, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    [InlineData(false, "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")]
    public async Task An_upload_that_breaks_off_is_no_error(bool reset, string rest)
    {
        for (var i = 0; i < 20; i++)
        {
            using var caller = await ConnectAsync(Head + rest);
            await Eventually.TrueAsync(() => _api.Running > 0, "the request");
            if (reset)
                caller.LingerState = new LingerOption(true, 0);
            caller.Close();
            await Eventually.TrueAsync(() => _api.Running == 0, "its end");
        }

        Assert.Empty(_log.Errors);
    }

    [Theory]
    [InlineData("GET", "/v1/jobs", 200)]
    [InlineData("GET", "/v1/jobs/0000000000000000000000000a", 404)]
    [InlineData("GET", "/v1/jobs?limit=no", 400)]
    [InlineData("GET", "/v1/nothing", 404)]
    [InlineData("POST", "/v1/jobs", 415)]
    [InlineData("GET", "/openapi/v1.json", 200)]
    [InlineData("GET", "/health/live", 200)]
    [InlineData("GET", "/", 200)]
    public async Task No_answer_is_to_be_taken_for_another_type_than_it_says(string method, string path, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
    }

    [Fact]
    public async Task Nor_is_a_failure_inside()
    {
        await using var broken = await ApiService.StartAsync(storage, null, static services => services.AddSingleton<RoadSeg.Functions.Jobs.JobWatch>(static _ => throw new InvalidOperationException("broken")));

        using var answer = await broken.Http.GetAsync(new Uri("/v1/jobs/0000000000000000000000000a", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.InternalServerError, "nosniff"), (answer.StatusCode, answer.Headers.GetValues("X-Content-Type-Options").Single()));
    }

    // "Results are private, max-age=1y, immutable without Vary: two keys in one browser profile share them."
    [Fact]
    public async Task A_kept_result_is_of_the_key_that_asked_for_it()
    {
        var id = await SucceededJob.CreateAsync(new JobStore(storage.Blobs, storage.Queues, TimeProvider.System));
        await storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Mask)).UploadAsync(BinaryData.FromString("mask"), Cancel);

        using var answer = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask", UriKind.Relative), Cancel);
        using var again = new HttpRequestMessage(HttpMethod.Get, answer.RequestMessage!.RequestUri) { Headers = { IfNoneMatch = { answer.Headers.ETag! } } };
        using var same = await _api.Http.SendAsync(again, Cancel);

        Assert.Equal((HttpStatusCode.OK, "x-functions-key"), (answer.StatusCode, answer.Headers.Vary.Single()));
        Assert.Equal((HttpStatusCode.NotModified, "x-functions-key"), (same.StatusCode, same.Headers.Vary.Single()));
    }

    private void AssertRefused(int status, string code, string answer)
    {
        var seen = $"{answer}\n{string.Join('\n', _log.Errors)}";
        Assert.True(answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal) && answer.Contains($"\"{code}\"", StringComparison.Ordinal), seen);
        Assert.Empty(_log.Errors);
    }

    private async Task<Socket> ConnectAsync(string request)
    {
        var caller = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await caller.ConnectAsync(IPAddress.Loopback, _api.Http.BaseAddress!.Port, Cancel);
        await caller.SendAsync(Encoding.ASCII.GetBytes(request), Cancel);
        return caller;
    }

    private async Task<string> SendAsync(string request)
    {
        using var caller = await ConnectAsync(request);
        await using var stream = new NetworkStream(caller);
        using var answer = new StreamReader(stream);
        var text = new StringBuilder();
        try
        {
            while (await answer.ReadLineAsync(Cancel) is { } line)
                text.Append(line).Append('\n');
        }
        catch (IOException) when (text.Length > 0)
        {
            // The server does not wait for the rest of a body that it refused.
        }

        return text.ToString();
    }

    private sealed class Lines : ILoggerProvider
    {
        private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

        public IEnumerable<string> Errors => _lines.Where(static line => line.Level >= LogLevel.Warning).Select(static line => line.Text);

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void Dispose()
        {
        }

        private sealed class Logger(Lines lines, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            // The framework's own line about an exception that becomes a problem document is off in the app.
            public bool IsEnabled(LogLevel logLevel) => category.StartsWith("RoadSeg", StringComparison.Ordinal);

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                    lines._lines.Enqueue((logLevel, $"{category}: {formatter(state, exception)} {exception}"));
            }
        }
    }
}
