using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RoadSeg.Client;

/// <summary>Calls of the service: adds the key, repeats what failed in passing, turns refusals into exceptions.</summary>
internal sealed class ServiceCalls
{
    private readonly HttpClient _http;
    private readonly RoadSegClientOptions _options;
    private readonly TimeProvider _time;
    private readonly Uri _address;

    public ServiceCalls(HttpClient http, RoadSegClientOptions options, TimeProvider time)
    {
        _http = http;
        _options = options;
        _time = time;
        var address = http.BaseAddress ?? throw new ArgumentException("Set BaseAddress to the service's address.", nameof(http));
        _address = address.AbsolutePath.EndsWith('/') ? address : new UriBuilder(address) { Path = address.AbsolutePath + '/' }.Uri;
    }

    /// <summary>Makes a call and reads its JSON answer. The path is relative to the service's address, without a slash in front;
    /// <paramref name="prepare"/> adds headers and a body, anew for each attempt.</summary>
    public Task<T> ReadAsync<T>(
        HttpMethod method,
        string path,
        JsonTypeInfo<T> type,
        Action<HttpRequestMessage>? prepare,
        CancellationToken cancel
    ) =>
        RepeatedAsync(
            async _ =>
            {
                using var response = await SendAsync(method, path, HttpCompletionOption.ResponseContentRead, prepare, cancel);
                return await BodyAsync(response, type, cancel);
            },
            cancel
        );

    /// <summary>Makes a call whose answer has no body.</summary>
    public Task DoAsync(HttpMethod method, string path, CancellationToken cancel) =>
        RepeatedAsync(
            async _ =>
            {
                using var response = await SendAsync(method, path, HttpCompletionOption.ResponseContentRead, null, cancel);
                return response.StatusCode;
            },
            cancel
        );

    /// <summary>Asks for what may not have changed since the ETag given.</summary>
    /// <returns>The JSON answer, null when it has not changed; its ETag; and how long the service asks to wait before the next
    /// call.</returns>
    public Task<(T? Value, EntityTagHeaderValue? ETag, TimeSpan? RetryAfter)> PollAsync<T>(
        string path,
        JsonTypeInfo<T> type,
        EntityTagHeaderValue? known,
        CancellationToken cancel
    )
        where T : class =>
        RepeatedAsync(
            async _ =>
            {
                using var response = await SendAsync(
                    HttpMethod.Get,
                    path,
                    HttpCompletionOption.ResponseContentRead,
                    request =>
                    {
                        if (known is not null)
                            request.Headers.IfNoneMatch.Add(known);
                    },
                    cancel
                );
                var value = response.StatusCode == HttpStatusCode.NotModified ? null : await BodyAsync(response, type, cancel);
                return (value, response.Headers.ETag, response.Headers.RetryAfter.Remaining(_time.GetUtcNow()));
            },
            cancel
        );

    /// <summary>Makes a call and gives out its body as it comes; disposing the stream ends the call.</summary>
    public Task<Stream> OpenAsync(string path, CancellationToken cancel) =>
        RepeatedAsync(
            async _ =>
            {
                var response = await SendAsync(HttpMethod.Get, path, HttpCompletionOption.ResponseHeadersRead, null, cancel);
                return await response.Content.ReadAsStreamAsync(cancel);
            },
            cancel
        );

    /// <summary>One attempt.</summary>
    /// <returns>A successful answer, or 304.</returns>
    /// <exception cref="RoadSegApiException">Any other answer.</exception>
    /// <exception cref="TimeoutException">No answer within the client's Timeout.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpCompletionOption completion,
        Action<HttpRequestMessage>? prepare,
        CancellationToken cancel
    )
    {
        using var request = new HttpRequestMessage(method, new Uri(_address, path));
        if (_options.Key is { } key)
            request.Headers.Add("x-functions-key", key);
        prepare?.Invoke(request);
        var response = await InTimeAsync(_http, request, completion, cancel);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
            return response;
        using (response)
            throw await ApiFailures.ReadAsync(response, _time, cancel);
    }

    /// <summary>Makes attempts, given their number from 1, until one succeeds or the policy gives up.</summary>
    public async Task<T> RepeatedAsync<T>(Func<int, Task<T>> attempt, CancellationToken cancel)
    {
        for (var made = 1; ; made++)
        {
            TimeSpan delay;
            try
            {
                return await attempt(made);
            }
            catch (Exception e) when (!cancel.IsCancellationRequested && _options.Retries.Delay(made, e) is { } after)
            {
                delay = after;
            }

            await Task.Delay(delay, _time, cancel);
        }
    }

    /// <summary>Sends a request; the client's own timeout is a <see cref="TimeoutException"/> and not a cancellation.</summary>
    public static async Task<HttpResponseMessage> InTimeAsync(
        HttpClient http,
        HttpRequestMessage request,
        HttpCompletionOption completion,
        CancellationToken cancel
    )
    {
        try
        {
            return await http.SendAsync(request, completion, cancel);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new TimeoutException($"No answer from {request.RequestUri!.Authority} within {http.Timeout.TotalSeconds:F0} s.", e);
        }
    }

    public static async Task<T> BodyAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancel)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancel);
            return await JsonSerializer.DeserializeAsync(body, type, cancel) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new RoadSegApiException(
                response.StatusCode,
                null,
                "The answer is not what RoadSeg's API answers: is this its address?",
                inner: e
            );
        }
    }
}
