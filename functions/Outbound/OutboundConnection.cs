using System.Net;
using System.Net.Sockets;

namespace RoadSeg.Functions.Outbound;

/// <summary>Connects to addresses that callers chose. A name is resolved once, what it resolves to is checked, and that very address is
/// connected to, so no second answer of a name server can lead inside. No redirects, proxies or cookies.</summary>
/// <param name="allowLoopback">Whether this machine may be called too.</param>
/// <param name="resolve">Gives the addresses of a name; null: the machine's resolver.</param>
internal sealed class OutboundConnection(bool allowLoopback, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
{
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve = resolve ?? Dns.GetHostAddressesAsync;

    /// <summary>A handler of which every connection is such a one. It is the caller's to dispose.</summary>
    public SocketsHttpHandler Handler() =>
        new()
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        };

    /// <summary>What became of a call, in a few words that tell nothing of the inside.</summary>
    public static string Describe(HttpRequestException error) =>
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

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var resolved = await _resolve(context.DnsEndPoint.Host, cancel);
        var allowed = resolved.Where(address => PublicAddress.Is(address) || (allowLoopback && IPAddress.IsLoopback(address))).ToArray();
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

    /// <summary>A name resolves to addresses that are not public only.</summary>
    private sealed class AddressRefusedException : IOException;
}
