using System.Diagnostics;
using System.Net;
using System.Text;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Rpc;
using RoadSeg.LocalHost.Worker;
using Yarp.ReverseProxy.Forwarder;

namespace RoadSeg.LocalHost.Http;

/// <summary>One HTTP invocation: YARP streams the request to the worker while the invocation goes over gRPC; the worker joins them by their
/// id.</summary>
internal sealed partial class HttpInvocation(FunctionInvoker invoker, IHttpForwarder forwarder, ILoggerFactory loggers) : IDisposable
{
    private const string IdHeader = "x-ms-invocation-id";
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromSeconds(240) };

    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),

            // As Kestrel read them: a header that is no ASCII is the worker's to judge, not a failure on the way to it.
            RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        }
    );

    /// <summary>Answers the request in any case: with 500 if the function failed before it answered.</summary>
    public async Task RunAsync(HttpContext context, FunctionDefinition function, RouteValueDictionary values)
    {
        var logger = loggers.CreateLogger($"Function.{function.Name}");
        var id = Guid.NewGuid().ToString();
        context.Request.Headers[IdHeader] = id;
        var request = new InvocationRequest
        {
            InvocationId = id,
            FunctionId = function.Metadata.FunctionId,
            InputData =
            {
                new ParameterBinding
                {
                    Name = function.Parameter,
                    Data = new TypedData { Http = new RpcHttp() },
                },
            },
            TraceContext = new RpcTraceContext
            {
                TraceParent = context.Request.Headers.TraceParent.ToString(),
                TraceState = context.Request.Headers.TraceState.ToString(),
            },
        };
        // The worker reads the request itself, but binds parameters that the route names from here.
        foreach (var (name, value) in values)
            if (value is not null)
                request.TriggerMetadata[name] = new TypedData { String = value.ToString() };
        var started = Stopwatch.GetTimestamp();
        Executing(logger, function.Name, id);
        try
        {
            await invoker.InvokeAsync(function, request, context.RequestAborted, (worker, abandoned) =>
                ForwardAsync(context, worker, abandoned)
            );
            var duration = Stopwatch.GetElapsedTime(started);
            Executed(logger, function.Name, id, duration);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away: nobody is left to answer.
        }
        catch (ForwardingException error) when (error.IsCallers)
        {
            BrokeOff(logger, function.Name, id, error);
            Fail(context.Response, error);
        }
        catch (Exception error)
            when (error
                    is FunctionFailedException
                        or FunctionTimeoutException
                        or WorkerException
                        or ForwardingException
                        or WorkerUnavailableException
            )
        {
            var duration = Stopwatch.GetElapsedTime(started);
            Failed(logger, function.Name, id, duration, error.Message);
            Fail(context.Response, error);
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task ForwardAsync(HttpContext context, WorkerChannel worker, CancellationToken abandoned)
    {
        if (worker.HttpAddress is not { } address)
            throw new ForwardingException(
                "The worker takes no HTTP. Reference Worker.Extensions.Http.AspNetCore and call ConfigureFunctionsWebApplication."
            );
        var error = await forwarder.SendAsync(context, address.ToString(), _client, Config, HttpTransformer.Default, abandoned);
        if (error is ForwarderError.None)
            return;
        context.RequestAborted.ThrowIfCancellationRequested();
        throw new ForwardingException(
            $"Failed to proxy request with ForwarderError: {error}",
            context.Features.Get<IForwarderErrorFeature>()?.Exception
        )
        {
            IsCallers =
                error
                    is ForwarderError.RequestCanceled
                        or ForwarderError.RequestBodyCanceled
                        or ForwarderError.RequestBodyClient
                        or ForwarderError.ResponseBodyCanceled
                        or ForwarderError.ResponseBodyClient,
        };
    }

    private static void Fail(HttpResponse response, Exception error)
    {
        if (response.HasStarted)
        {
            response.HttpContext.Abort();
            return;
        }
        response.Clear();
        response.StatusCode = error switch
        {
            WorkerUnavailableException => StatusCodes.Status503ServiceUnavailable,
            { InnerException: { } cause } when BadRequest(cause) is { } bad => bad.StatusCode,
            ForwardingException { IsCallers: true } => StatusCodes.Status400BadRequest,
            _ => StatusCodes.Status500InternalServerError,
        };
    }

    // YARP reports both ends of a broken copy at once, the caller's end maybe inside of what broke the other.
    private static BadHttpRequestException? BadRequest(Exception? cause) =>
        cause switch
        {
            null or BadHttpRequestException => cause as BadHttpRequestException,
            AggregateException several => several.InnerExceptions.Select(BadRequest).FirstOrDefault(static found => found is not null),
            _ => BadRequest(cause.InnerException),
        };

    [LoggerMessage(EventId = 200, Level = LogLevel.Information, Message = "Executing 'Functions.{Function}' (Id={InvocationId})")]
    private static partial void Executing(ILogger logger, string function, string invocationId);

    [LoggerMessage(
        EventId = 201,
        Level = LogLevel.Information,
        Message = "Executed 'Functions.{Function}' (Succeeded, Id={InvocationId}, Duration={Duration})"
    )]
    private static partial void Executed(ILogger logger, string function, string invocationId, TimeSpan duration);

    [LoggerMessage(
        EventId = 202,
        Level = LogLevel.Error,
        Message = "Executed 'Functions.{Function}' (Failed, Id={InvocationId}, Duration={Duration}): {Error}"
    )]
    private static partial void Failed(ILogger logger, string function, string invocationId, TimeSpan duration, string error);

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Debug,
        Message = "The caller of 'Functions.{Function}' (Id={InvocationId}) broke off its request"
    )]
    private static partial void BrokeOff(ILogger logger, string function, string invocationId, Exception exception);

    private sealed class ForwardingException(string message, Exception? innerException = null) : Exception(message, innerException)
    {
        /// <summary>True when the caller's end of the connection broke, or sent what is no HTTP.</summary>
        public bool IsCallers { get; init; }
    }
}
