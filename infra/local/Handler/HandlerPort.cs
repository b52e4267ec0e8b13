using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace RoadSeg.LocalHost.Handler;

/// <summary>The port of 127.0.0.1 on which a handler is asked to listen.</summary>
internal static class HandlerPort
{
    private const int Tries = 100;

    // Above what services use, below what operating systems give to outgoing connections and to listeners on port 0 (Linux from
    // 32768, others from 49152): one of those could take the port before the handler has started and would then answer in its place.
    private const int First = 20_000;
    private const int Limit = 32_768;

    /// <summary>A port that nobody listens on.</summary>
    public static int Free()
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var port = RandomNumberGenerator.GetInt32(First, Limit);
            try
            {
                return Require(port);
            }
            catch (HostConfigurationException)
            {
                // Taken; another one is as good.
            }
        }
        throw new HostConfigurationException($"No free port for the handler was found from {First} to {Limit - 1}.");
    }

    /// <exception cref="HostConfigurationException">Something listens on it.</exception>
    public static int Require(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return port;
        }
        catch (SocketException error)
        {
            throw new HostConfigurationException($"customHandler:port {port} cannot be bound: {error.Message}", error);
        }
    }
}
