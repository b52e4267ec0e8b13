using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Azure.WebJobs;
using RoadSeg.Cli.Stack;
using RoadSeg.LocalHost;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A worker process whose host takes HTTP but listens to no queue and no clock: the test delivers the messages.</summary>
internal sealed class DirectWorker : IAsyncDisposable
{
    private readonly FunctionsHost _host;

    private DirectWorker(FunctionsHost host)
    {
        _host = host;
        Http = new HttpClient { BaseAddress = host.BaseAddress, Timeout = TimeSpan.FromMinutes(2) };
    }

    public HttpClient Http { get; }

    /// <summary>Starts one and waits until it has loaded its functions. The model may still be loading.</summary>
    public static async Task<DirectWorker> StartAsync(string connection, CancellationToken cancel, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["AzureWebJobsStorage"] = connection };
        all.TryAdd("ROADSEG_MODEL", Workspace.DefaultModel);
        foreach (var function in Triggered()) all[$"AzureWebJobs.{function}.Disabled"] = "1";
        return new DirectWorker(await FunctionsHost.StartAsync(new FunctionsHostOptions { ScriptRoot = Workspace.App, Port = 0, Settings = all }, cancel));
    }

    /// <summary>Asks for readiness until the model is no longer loading.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Body)> ReadinessAsync(CancellationToken cancel)
    {
        HttpStatusCode status = default;
        var body = await Eventually.GetAsync(
            async () =>
            {
                using var answer = await Http.GetAsync(new Uri("/health/ready", UriKind.Relative), cancel);
                status = answer.StatusCode;
                return await answer.Content.ReadFromJsonAsync<JsonNode>(cancel);
            },
            "the model", body => (string?)body["model"] != "loading");
        return (status, body);
    }

    /// <summary>Its host starts another, which nobody delivers to.</summary>
    public void Kill()
    {
        using var process = Process.GetProcessById(_host.WorkerProcessId!.Value);
        process.Kill();
    }

    /// <summary>Delivers a queue message as the listener does, and waits until the function has ended.</summary>
    public Task InvokeAsync(string function, byte[] message, string messageId, int dequeueCount, CancellationToken cancel)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(new
        {
            MessageId = messageId, PopReceipt = "none", MessageText = Encoding.UTF8.GetString(message), DequeueCount = dequeueCount,
            InsertedOn = new DateTime(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc),
        });
        var reference = new ParameterBindingData("1.0", "AzureStorageQueues", BinaryData.FromBytes(content), "application/json");
        return _host.InvokeAsync(function, new Trigger(reference, new Dictionary<string, object>(), Guid.NewGuid(), cancel));
    }

    /// <summary>Delivers a message to a worker that dies of it.</summary>
    public Task DieAsync(string function, byte[] message, string messageId, CancellationToken cancel) =>
        Assert.ThrowsAnyAsync<Exception>(() => InvokeAsync(function, message, messageId, 1, cancel));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _host.DisposeAsync();
    }

    private static IEnumerable<string> Triggered()
    {
        var names = JsonNode.Parse(File.ReadAllText(Checkout.File("infra/names.json")))!["roles"]!.AsObject();
        return names.SelectMany(role => role.Value!["functions"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => name != "Api");
    }
}
