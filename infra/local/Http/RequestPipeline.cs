using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Handler;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Http;

/// <summary>One incoming request, top to bottom: host state, throttle, admin, route, key, disabled, function.</summary>
internal sealed class RequestPipeline(
    HostJsonOptions host, FunctionRoutes routes, FunctionKeys? keys, AdminApi admin, FunctionExecutor executor,
    JsonInvocation json, BufferedForwarder? forwarder, StreamingProxy? proxy, CancellationToken stopping)
{
    private const string NotRunning = "Function host is not running.";
    private const string HomePage = """
        <!DOCTYPE html>
        <html><head><title>Functions host</title></head><body><h1>Your local Functions host is up and running</h1></body></html>
        """;

    private readonly RequestThrottle _throttle = new(host.MaxOutstandingRequests, host.MaxConcurrentRequests);

    public async Task HandleAsync(HttpContext context)
    {
        var response = context.Response;
        if (host.CustomHeaders.Count > 0)
        {
            response.OnStarting(() =>
            {
                foreach (var (name, value) in host.CustomHeaders) response.Headers[name] = value;
                return Task.CompletedTask;
            });
        }
        if (stopping.IsCancellationRequested)
        {
            await NotRunningAsync(response);
            return;
        }
        if (AdminApi.Owns(context.Request.Path))
        {
            await admin.HandleAsync(context, LevelOf(context, null));
            return;
        }

        if (await routes.FindAsync(context) is not { } match)
        {
            await NoFunctionAsync(context);
            return;
        }
        var level = LevelOf(context, match.Function.Name);
        var hasMasterKey = keys is not null && level == AuthorizationLevel.Admin;
        if (level < HttpTrigger.Level(match.Function.Trigger)) response.StatusCode = StatusCodes.Status401Unauthorized;
        else if (match.Function.IsDisabled && !hasMasterKey) response.StatusCode = StatusCodes.Status404NotFound;
        else await ThrottledAsync(context, match);
    }

    private AuthorizationLevel LevelOf(HttpContext context, string? function) =>
        keys?.LevelOf(context.Request, function) ?? AuthorizationLevel.Admin;

    private async Task NoFunctionAsync(HttpContext context)
    {
        var response = context.Response;
        if (context.Request.Path != "/")
        {
            response.StatusCode = StatusCodes.Status404NotFound;
        }
        else if (!host.HomePage)
        {
            response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            response.ContentType = "text/html";
            await response.WriteAsync(HomePage);
        }
    }

    private async Task ThrottledAsync(HttpContext context, RouteMatch match)
    {
        if (!await _throttle.EnterAsync(context.RequestAborted))
        {
            context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            context.Response.Headers["X-FUNCTION-SCALEOUT"] = "1";
            return;
        }
        try
        {
            await InvokeAsync(context, match);
        }
        finally
        {
            _throttle.Leave();
        }
    }

    private async Task InvokeAsync(HttpContext context, RouteMatch match)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.ContentLength > host.RequestBodyLimit)
        {
            await FailAsync(response, new BadHttpRequestException("Request body too large.", StatusCodes.Status413PayloadTooLarge));
            return;
        }
        var trace = request.Headers.TraceParent.ToString();
        Func<Task>? answer = null;
        HttpResponseMessage? forwarded = null;
        var error = match.Function.IsHttpInAndOut switch
        {
            true when proxy is not null => await ProxyAsync(proxy),
            true when forwarder is not null => await executor.ExecuteAsync(match.Function, ForwardAsync, trace, stopping),
            _ => await InvokeJsonAsync(),
        };
        using (forwarded)
        {
            if (error is not null) await FailAsync(response, error);
            else if (answer is not null) await answer();
        }

        async Task<Exception?> ProxyAsync(StreamingProxy streaming)
        {
            Task? streamed = null;
            // What has been streamed cannot be streamed again, so there are no retries.
            var failure = await executor.ExecuteAsync(
                match.Function with { Retry = null }, attempt => streamed = streaming.SendAsync(context, attempt), trace, stopping);
            if (failure is not FunctionTimeoutException || streamed is null) return failure;
            // The response is still being written to, until the handler answers after all or is killed.
            await streamed.ContinueWith(_ => { }, TaskScheduler.Default);
            return streamed.IsCompletedSuccessfully ? null : failure;
        }

        async Task ForwardAsync(Attempt attempt)
        {
            forwarded = await forwarder.SendAsync(request, match.Function.Name, attempt.Id);
            answer = () => BufferedForwarder.CopyAsync(forwarded, response);
        }

        async Task<Exception?> InvokeJsonAsync()
        {
            var input = await HttpTrigger.ReadAsync(request, match.Values);
            return await executor.ExecuteAsync(match.Function, async attempt =>
            {
                var (outputs, result) = await json.InvokeAsync(match.Function, input, attempt);
                answer = () => JsonFormResponse.WriteAsync(response, match.Function, outputs, result);
            }, trace, stopping);
        }
    }

    private static Task FailAsync(HttpResponse response, Exception error)
    {
        if (response.HasStarted)
        {
            response.HttpContext.Abort();
            return Task.CompletedTask;
        }
        response.Clear();
        if (error is HandlerUnavailableException) return NotRunningAsync(response);
        // A body that is too large stays unread, so the connection cannot be used again. The real host answers 500 here too, not 413.
        if (error is BadHttpRequestException) response.Headers.Connection = "close";
        response.StatusCode = StatusCodes.Status500InternalServerError;
        return Task.CompletedTask;
    }

    private static Task NotRunningAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return response.WriteAsync(NotRunning);
    }
}
