using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The handler as a process of its own, with the test in the place of the Functions host.</summary>
internal sealed class HandlerProcess : IAsyncDisposable
{
    private const int Turns = 5;

    private readonly HttpClient _http;
    private readonly Process _process;

    private HandlerProcess(Process process, int port)
    {
        _process = process;
        _http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(2) };
    }

    /// <summary>The handler's own HTTP, without a host in between.</summary>
    public HttpClient Http => _http;

    /// <summary>Starts one and waits until it answers. Another process may take the free port in between: then it is another port.</summary>
    public static async Task<HandlerProcess> StartAsync(string connection, CancellationToken cancel, IReadOnlyDictionary<string, string>? settings = null)
    {
        for (var turn = 1; ; turn++)
        {
            var (handler, errors) = Start(connection, settings);
            if (await handler.AnswersAsync(cancel))
                return handler;
            await handler.DisposeAsync();
            Assert.True(turn < Turns, $"The handler ended at its start: {string.Join('\n', errors)}");
        }
    }

    /// <summary>Asks for readiness until the model is no longer loading.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> ReadinessAsync(CancellationToken cancel)
    {
        while (true)
        {
            using var answer = await _http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancel);
            var body = (await answer.Content.ReadFromJsonAsync<JsonNode>(cancel))!;
            if ((string?)body["model"] != "loading")
                return (answer.StatusCode, body);
            await Task.Delay(50, cancel);
        }
    }

    public void Kill() => _process.Kill(entireProcessTree: true);

    /// <summary>Delivers a queue message as the host does, and answers what the handler answered.</summary>
    public async Task<JsonNode?> InvokeAsync(string function, byte[] message, string messageId, int dequeueCount, CancellationToken cancel)
    {
        var invocation = new JsonObject
        {
            ["Data"] = new JsonObject { ["message"] = Convert.ToBase64String(message) },
            ["Metadata"] = new JsonObject
            {
                ["DequeueCount"] = dequeueCount.ToString(CultureInfo.InvariantCulture),
                ["Id"] = $"\"{messageId}\"",
                ["InsertionTime"] = "2026-03-01T12:00:00+00:00",
            },
        };
        using var content = new StringContent(invocation.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(new Uri("/" + function, UriKind.Relative), content, cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonNode>(cancel);
    }

    /// <summary>Delivers a message to a handler that dies of it.</summary>
    public async Task DieAsync(string function, byte[] message, string messageId, CancellationToken cancel)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => InvokeAsync(function, message, messageId, 1, cancel));
        await _process.WaitForExitAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (!_process.HasExited)
            Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static (HandlerProcess Handler, ConcurrentQueue<string> Errors) Start(string connection, IReadOnlyDictionary<string, string>? settings)
    {
        var port = Loopback.FreePort();
        var start = new ProcessStartInfo(Workspace.Handler) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["AzureWebJobsStorage"] = connection;
        start.Environment["ROADSEG_MODEL"] = Workspace.DefaultModel;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        var errors = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return (new HandlerProcess(process, port), errors);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        while (!_process.HasExited)
        {
            try
            {
                (await _http.GetAsync(new Uri("/health/live", UriKind.Relative), cancel)).Dispose();
                return true;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, cancel);
            }
        }

        return false;
    }
}
