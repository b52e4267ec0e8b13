using System.Collections;
using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using RoadSeg.TestHandler;

var folder = Environment.GetEnvironmentVariable("TESTHANDLER_DIR") ?? throw new InvalidOperationException("TESTHANDLER_DIR is not set.");
var starts = Path.Combine(folder, "starts.jsonl");
var requests = Path.Combine(folder, "requests.jsonl");
var gate = new Lock();

Append(starts, new RecordedStart
{
    ProcessId = Environment.ProcessId,
    Arguments = args,
    WorkingDirectory = Environment.CurrentDirectory,
    Environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? ""),
});
var script = ReadScript();
foreach (var line in script.Output) Console.WriteLine(line);
foreach (var line in script.ErrorOutput) Console.Error.WriteLine(line);
var start = File.ReadAllLines(starts).Length - 1;
if (start < script.Exits.Count && script.Exits[start] is { } exitCode) return exitCode;
if (script.NeverListen) await Task.Delay(Timeout.Infinite);
await Task.Delay(script.ListenAfterMs);

// Calls are counted over restarts, so that a script can crash the first call only.
var calls = new ConcurrentDictionary<string, int>(File.Exists(requests)
    ? File.ReadAllLines(requests).Select(l => Key(JsonSerializer.Deserialize<RecordedRequest>(l)!.Target)).GroupBy(k => k).ToDictionary(g => g.Key, g => g.Count())
    : []);
var running = 0;

var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
{
    kestrel.Listen(IPAddress.Loopback, int.Parse(Environment.GetEnvironmentVariable("FUNCTIONS_CUSTOMHANDLER_PORT")!));
    kestrel.Limits.MaxRequestBodySize = null;
});
var app = builder.Build();
app.Run(AnswerAsync);
await app.RunAsync();
return 0;

async Task AnswerAsync(HttpContext context)
{
    var (request, response) = (context.Request, context.Response);
    var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
    if (target == "/" && request.Headers.UserAgent.Count == 0)
    {
        // The host asking whether anyone is there.
        response.StatusCode = StatusCodes.Status404NotFound;
        return;
    }
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    var now = Interlocked.Increment(ref running);
    try
    {
        var key = Key(target);
        var call = calls.AddOrUpdate(key, 1, (_, n) => n + 1) - 1;
        Append(requests, new RecordedRequest
        {
            ProcessId = Environment.ProcessId,
            Method = request.Method,
            Target = target,
            Headers = request.Headers.ToDictionary(h => h.Key, h => h.Value.Select(v => v ?? "").ToArray()),
            Body = body.ToArray(),
            Running = now,
            At = TimeProvider.System.GetUtcNow(),
        });
        var answers = ReadScript().Answers.GetValueOrDefault(key);
        var answer = answers is { Count: > 0 } ? answers[Math.Min(call, answers.Count - 1)] : new Answer();
        await Task.Delay(answer.DelayMs);
        if (answer.Exit is { } code) Environment.Exit(code);
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) response.Headers[name] = value;
        if (answer.ContentType is { } type) response.ContentType = type;
        if (answer.Body.Length > 0) await response.WriteAsync(answer.Body);
    }
    finally
    {
        Interlocked.Decrement(ref running);
    }
}

Script ReadScript()
{
    var file = Path.Combine(folder, "script.json");
    return File.Exists(file) ? JsonSerializer.Deserialize<Script>(File.ReadAllText(file))! : new Script();
}

static string Key(string target) => target.Split('?')[0].TrimStart('/');

void Append<T>(string file, T record)
{
    lock (gate) File.AppendAllText(file, JsonSerializer.Serialize(record) + "\n");
}
