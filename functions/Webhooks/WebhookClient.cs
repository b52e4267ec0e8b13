using System.Net;
using System.Net.Http.Headers;
using RoadSeg.Client;
using RoadSeg.Functions.Outbound;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Posts webhooks to addresses that callers chose. What the receiver answers beside the status is not read.</summary>
internal sealed class WebhookClient : IDisposable
{
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    /// <param name="options">How webhooks are signed and sent.</param>
    /// <param name="time">Of signatures and of the time an attempt may take.</param>
    /// <param name="resolve">Gives the addresses of a name; null: the machine's resolver.</param>
    public WebhookClient(WebhookOptions options, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _time = time;
        _client = new HttpClient(new OutboundConnection(options.AllowLoopback, resolve).Handler())
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
            return new WebhookOutcome(null, OutboundConnection.Describe(e));
        }
    }

    public void Dispose() => _client.Dispose();
}
