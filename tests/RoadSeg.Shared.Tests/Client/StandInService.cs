using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace RoadSeg.Tests.Client;

/// <summary>A server on loopback that answers as a test says, for what the real service does not do when asked: fail in passing.</summary>
internal sealed class StandInService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<Call> _calls = [];

    private StandInService(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    public IReadOnlyList<Call> Calls
    {
        get
        {
            lock (_calls)
                return [.. _calls];
        }
    }

    /// <param name="answer">Answers a request, given its number from 1.</param>
    public static async Task<StandInService> StartAsync(Func<HttpContext, int, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var service = new StandInService(builder.Build());
        service._app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            int number;
            lock (service._calls)
            {
                service._calls.Add(new Call(context.Request.Method, context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.Length));
                number = service._calls.Count;
            }

            await answer(context, number);
        });
        await service._app.StartAsync();
        return service;
    }

    public static Task AnswerAsync(HttpContext context, int status, string json, string? retryAfter = null, string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return context.Response.WriteAsync(json);
    }

    public static Task RefuseAsync(HttpContext context, int status, string code, bool retryable, string? retryAfter = null) => AnswerAsync(
        context, status, $$"""{"type":"urn:roadseg:error:{{code}}","title":"Refused","status":{{status}},"detail":"Because.","code":"{{code}}","retryable":{{(retryable ? "true" : "false")}}}""",
        retryAfter, "application/problem+json");

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public sealed record Call(string Method, string Path, IReadOnlyDictionary<string, string> Headers, long Bytes);
}

/// <summary>A clock whose delays are over at once; it remembers how long each should have been.</summary>
internal sealed class HastyTime : TimeProvider
{
    public List<TimeSpan> Delays { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Delays.Add(dueTime);
        return base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
