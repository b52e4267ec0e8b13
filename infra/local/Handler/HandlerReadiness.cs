using System.Net.Sockets;

namespace RoadSeg.LocalHost.Handler;

/// <summary>Asks <c>GET /</c> every 25 ms until the handler answers anything at all.</summary>
internal sealed class HandlerReadiness(TimeSpan timeout, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);

    private readonly HttpClient _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false, UseProxy = false });

    /// <exception cref="TimeoutException">No answer within the initialization time-out.</exception>
    public async Task WaitAsync(int port, CancellationToken cancellation)
    {
        var address = new Uri($"http://127.0.0.1:{port}/");
        var started = clock.GetTimestamp();
        while (timeout - clock.GetElapsedTime(started) is var left && left > TimeSpan.Zero)
        {
            if (await AnswersAsync(address, left, cancellation)) return;
            await Task.Delay(Step, clock, cancellation);
        }
        throw new TimeoutException("Initializing HttpWorker timed out.");
    }

    public void Dispose() => _client.Dispose();

    private async Task<bool> AnswersAsync(Uri address, TimeSpan left, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(left, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var answer = await _client.GetAsync(address, either.Token);
            return true;
        }
        catch (HttpRequestException error)
        {
            // Only a refused connection means "not yet"; any other fault comes from something that listens.
            return error.InnerException is not SocketException;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("Initializing HttpWorker timed out.");
        }
    }
}
