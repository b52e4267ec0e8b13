using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Net.Http.Headers;

namespace RoadSeg.TestWorker;

public static class HttpFunctions
{
    private static readonly byte[] Digits = "0123456789"u8.ToArray();

    /// <summary>Copies the body as it comes; the headers of the answer say what the request was.</summary>
    [Function("Echo")]
    public static async Task<IResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, Route = "echo/{*path}")] HttpRequest request)
    {
        var response = request.HttpContext.Response;
        response.Headers["x-method"] = request.Method;
        response.Headers["x-target"] = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        response.Headers["x-invocation"] = request.Headers["x-ms-invocation-id"];
        response.Headers["x-trace"] = request.Headers.TraceParent;
        response.ContentType = request.ContentType;
        await response.StartAsync();
        var buffer = new byte[64 * 1024];
        while (await request.Body.ReadAsync(buffer) is var count and > 0)
        {
            Record.Write("Echo", "received", $"{count}");
            await response.Body.WriteAsync(buffer.AsMemory(0, count));
            await response.Body.FlushAsync();
        }
        return Results.Empty;
    }

    /// <summary>Answers in two parts, the second when the test says so.</summary>
    [Function("Drip")]
    public static async Task<IResult> Drip([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "drip/{name}")] HttpRequest request, string name)
    {
        var response = request.HttpContext.Response;
        await response.WriteAsync("first ");
        await response.Body.FlushAsync();
        await Record.FileAsync(name);
        await response.WriteAsync("second");
        return Results.Empty;
    }

    [Function("Count")]
    public static async Task<IResult> Count([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "count")] HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        return Results.Text($"{body.Length}");
    }

    [Function("Digits")]
    public static IResult GetDigits([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "digits")] HttpRequest request) =>
        Results.Bytes(Digits, "text/plain", enableRangeProcessing: request.Method.Length > 0, entityTag: new EntityTagHeaderValue("\"ten\""));

    [Function("Locked")]
    public static IResult Locked([HttpTrigger(AuthorizationLevel.Function, "get", Route = "locked")] HttpRequest request) => Results.Text(request.Path);

    [Function("Setting")]
    public static IResult Setting([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "setting/{name}")] HttpRequest request, string name) =>
        Results.Text(Environment.GetEnvironmentVariable(name) ?? "");

    [Function("Throw")]
    public static IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException($"No good: {request.Path}");

    /// <summary>Ends when it is canceled, or when the test says so; <c>?deaf</c> heeds the test alone.</summary>
    [Function("Hang")]
    public static async Task<IResult> Hang([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hang/{name}")] HttpRequest request, string name, CancellationToken cancellation)
    {
        Record.Write("Hang", "started", name);
        try
        {
            await Record.FileAsync(name, request.Query.ContainsKey("deaf") ? CancellationToken.None : cancellation);
            return Results.Text("ended");
        }
        catch (OperationCanceledException)
        {
            Record.Write("Hang", "canceled", name);
            return Results.Text("canceled");
        }
    }

    [Function("Exit")]
    public static IResult Exit([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "exit/{code:int}")] HttpRequest request, int code)
    {
        Console.Error.WriteLine($"Ends with {code} on {request.Path}");
        Environment.Exit(code);
        return Results.Empty;
    }
}
