using System.Net;
using RoadSeg.LocalHost.Invocation;
using Yarp.ReverseProxy.Forwarder;

namespace RoadSeg.LocalHost.Http;

/// <summary>The streaming form (<c>enableProxyingHttpRequest</c>): path and query as received, bytes both ways as they come.</summary>
internal sealed class StreamingProxy(IHttpForwarder forwarder, int port, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan ActivityTimeout = TimeSpan.FromSeconds(240);

    private readonly HttpMessageInvoker _invoker = new(new ConnectRetries(clock)
    {
        InnerHandler = new SocketsHttpHandler
        {
            UseProxy = false, UseCookies = false, AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = new ReverseProxyPropagator(System.Diagnostics.DistributedContextPropagator.Current),
        },
    });

    private readonly ForwarderRequestConfig _config = new() { ActivityTimeout = ActivityTimeout };

    /// <exception cref="InvalidOperationException">The handler could not be reached or broke off.</exception>
    public async Task SendAsync(HttpContext context, Attempt attempt)
    {
        var headers = new Headers(attempt.Id);
        var error = await forwarder.SendAsync(context, $"http://127.0.0.1:{port}/", _invoker, _config, headers, attempt.Abandoned);
        if (error is ForwarderError.None) return;
        var cause = context.Features.Get<IForwarderErrorFeature>()?.Exception;
        // The caller went away: no error of the function.
        if (context.RequestAborted.IsCancellationRequested) return;
        if (cause is BadHttpRequestException) throw cause;
        throw new InvalidOperationException($"Failed to proxy request with ForwarderError: {error}", cause);
    }

    public void Dispose() => _invoker.Dispose();

    private sealed class Headers(Guid invocationId) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext context, HttpRequestMessage request, string destination, CancellationToken cancellation)
        {
            await base.TransformRequestAsync(context, request, destination, cancellation);
            Set(HandlerAddress.VersionHeader, HandlerAddress.HostVersion);
            Set(HandlerAddress.InvocationIdHeader, invocationId.ToString());
            Set("x-ms-invocation-id", invocationId.ToString());

            void Set(string name, string value)
            {
                request.Headers.Remove(name);
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
    }

    /// <summary>Ten attempts, 50 to 250 ms apart, as long as the handler refuses the connection.</summary>
    private sealed class ConnectRetries(TimeProvider clock) : DelegatingHandler
    {
        private const int Attempts = 10;
        private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
        private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(250);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var delay = FirstDelay;
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await base.SendAsync(request, cancellationToken);
                }
                catch (HttpRequestException error) when (attempt < Attempts && error.HttpRequestError == HttpRequestError.ConnectionError)
                {
                    await Task.Delay(delay, clock, cancellationToken);
                    delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
                }
            }
        }
    }
}
