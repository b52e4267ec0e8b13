using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using RoadSeg.Client;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Posts webhooks to addresses that callers chose. A name is resolved once, what it resolves to is checked, and that very
/// address is connected to, so no second answer of a name server can lead inside. No redirects, proxies or cookies; what the receiver
/// answers beside the status is not read.</summary>
internal sealed class WebhookClient : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly HttpClient _client;

    /// <param name="options">How webhooks are signed and sent.</param>
    /// <param name="time">Of signatures and of the time an attempt may take.</param>
    /// <param name="resolve">Gives the addresses of a name; null: the machine's resolver.</param>
    public WebhookClient(WebhookOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _time = time;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _client = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = 16 * 1024,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
                ConnectCallback = ConnectAsync,
            }
        )
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("RoadSeg", typeof(WebhookClient).Assembly.GetName().Version!.ToString(3))
        );
    }

    /// <summary>Makes one attempt. Failures of the receiver are outcomes, not exceptions.</summary>
    /// <param name="url">The receiver.</param>
    /// <param name="id">The same for every attempt about one event.</param>
    /// <param name="body">JSON.</param>
    /// <param name="cancel">Stops the attempt.</param>
    public async Task<WebhookOutcome> PostAsync(Uri url, string id, byte[] body, CancellationToken cancel)
    {
        if (url.Scheme != Uri.UriSchemeHttps && !_options.AllowLoopback)
            return new WebhookOutcome(null, "the address does not begin with https://");
        var now = _time.GetUtcNow();
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", WebhookSignature.Seconds(now));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(_options.Secrets, id, now, body));
        using var late = new CancellationTokenSource(_options.Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
            return new WebhookOutcome((int)answer.StatusCode, null, answer.Headers.RetryAfter.Remaining(now));
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            return new WebhookOutcome(null, $"no answer within {_options.Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            return new WebhookOutcome(null, Describe(e));
        }
    }

    public void Dispose() => _client.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var resolved = await _resolve(context.DnsEndPoint.Host, cancel);
        var allowed = resolved
            .Where(address => PublicAddress.Is(address) || (_options.AllowLoopback && IPAddress.IsLoopback(address)))
            .ToArray();
        if (allowed.Length == 0)
            throw new AddressRefusedException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Describe(HttpRequestException error) =>
        error switch
        {
            { InnerException: AddressRefusedException } => "the address is not on the public internet",
            {
                InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }
            } => "the name is not known",
            { HttpRequestError: HttpRequestError.ConnectionError } => "no connection",
            { HttpRequestError: HttpRequestError.SecureConnectionError } => "no secure connection: certificate or protocol refused",
            _ => "the connection ended without an answer",
        };

    /// <summary>A name resolves to addresses that are not public only.</summary>
    private sealed class AddressRefusedException : IOException;
}
