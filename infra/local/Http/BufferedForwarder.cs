using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Invocation;

namespace RoadSeg.LocalHost.Http;

/// <summary>
/// The rebuilt, buffered form (<c>enableForwardingHttpRequest</c>), with its quirks: repeated query keys are joined, content
/// headers other than type and length are lost, and in strict mode a chunked body fails.
/// </summary>
internal sealed class BufferedForwarder(int port, bool toFunctionName, TimeSpan? functionTimeout, bool strict, bool followRedirects) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, UseProxy = false, AllowAutoRedirect = followRedirects })
    {
        Timeout = functionTimeout + TimeSpan.FromMinutes(1) ?? TimeSpan.FromMilliseconds(int.MaxValue),
    };

    public static BufferedForwarder? For(CustomHandlerOptions handler, int port, HostJsonOptions host, bool strict) => handler.HttpForm switch
    {
        HttpForm.Forward => new(port, false, host.FunctionTimeout, strict, !handler.ForwardingEnabled),
        HttpForm.ForwardToFunctionName => new(port, true, host.FunctionTimeout, strict, !handler.ForwardingEnabled),
        _ => null,
    };

    /// <summary>The handler's answer, whatever its status; the caller disposes it.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequest request, string functionName, Guid invocationId)
    {
        var path = toFunctionName ? functionName : new Uri(request.GetDisplayUrl()).AbsolutePath;
        var query = request.Query.Select(q => KeyValuePair.Create(q.Key, (string?)q.Value.ToString()));
        using var rebuilt = new HttpRequestMessage(
            new HttpMethod(request.Method), QueryHelpers.AddQueryString(new UriBuilder("http", "127.0.0.1", port, path).ToString(), query));
        foreach (var (name, values) in request.Headers) rebuilt.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        rebuilt.Content = await ContentAsync(request);
        if (rebuilt.Content is not null && request.ContentLength is null) rebuilt.Headers.TransferEncodingChunked = false;
        HandlerAddress.AddHeaders(rebuilt, invocationId);
        return await _client.SendAsync(rebuilt);
    }

    /// <summary>Status, headers and body to the caller.</summary>
    public static async Task CopyAsync(HttpResponseMessage answer, HttpResponse response)
    {
        response.StatusCode = (int)answer.StatusCode;
        if (answer.ReasonPhrase is { } reason && response.HttpContext.Features.Get<IHttpResponseFeature>() is { } feature) feature.ReasonPhrase = reason;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(response.Body);
    }

    public void Dispose() => _client.Dispose();

    // Read ahead completely, so that a retried invocation can send it again.
    private async Task<HttpContent?> ContentAsync(HttpRequest request)
    {
        var chunked = !strict && request.ContentLength is null && request.Headers.TransferEncoding.Count > 0;
        if (request.ContentLength is not > 0 && !chunked) return null;
        request.EnableBuffering();
        request.Body.Position = 0;
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        var content = new ByteArrayContent(buffer.ToArray());
        if (!string.IsNullOrEmpty(request.ContentType)) content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        return content;
    }
}
