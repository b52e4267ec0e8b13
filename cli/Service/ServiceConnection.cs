using System.CommandLine;
using RoadSeg.Client;

namespace RoadSeg.Cli.Service;

/// <summary>A running service that a command talks to.</summary>
internal sealed class ServiceConnection : IDisposable
{
    private const string KeyVariable = "ROADSEG_KEY";

    private readonly HttpClient _api;
    private readonly HttpClient _storage;

    private ServiceConnection(Uri address, string? key)
    {
        _api = Http(TimeSpan.FromSeconds(100));
        _api.BaseAddress = address;
        _storage = Http(Timeout.InfiniteTimeSpan);
        Client = new RoadSegClient(_api, new RoadSegClientOptions { Key = key }, _storage);
    }

    public RoadSegClient Client { get; }

    /// <summary>Opens the service that the options name, and sees that something answers there.</summary>
    /// <exception cref="CommandFailedException">Nothing does.</exception>
    public static async Task<ServiceConnection> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        var address = parsed.GetValue(ServiceOptions.Server) ?? new Uri(ServiceOptions.LocalAddress);
        var key = parsed.GetValue(ServiceOptions.Key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        if (string.IsNullOrEmpty(key))
            key = null;
        if (key is not null && address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback)
            Screen.Note($"The key goes to {address.Authority} unencrypted: the address is http, not https.");
        var connection = Connect(address, key);
        try
        {
            await connection.KnockAsync(cancel);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _api.Dispose();
        _storage.Dispose();
    }

    private static ServiceConnection Connect(Uri address, string? key)
    {
        try
        {
            return new ServiceConnection(address, key);
        }
        catch (ArgumentException e) when (key is not null)
        {
            throw new CommandFailedException(
                $"The key of --key or {KeyVariable} is no function key: it has a space or another character that keys do not have.",
                e
            );
        }
    }

    // Asked once, without the patience that the client has for a service that was there a moment ago.
    private async Task KnockAsync(CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "health/live");
        try
        {
            using var _ = await _api.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            throw new CommandFailedException(
                $"Nothing answers at {_api.BaseAddress} ({e.InnerException?.Message ?? e.Message}). Start the service with './roadseg "
                    + "up', or name a running one with --server.",
                e
            );
        }
    }

    // A redirect would take the key along to wherever it leads.
    private static HttpClient Http(TimeSpan timeout) =>
        new(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            }
        )
        {
            Timeout = timeout,
        };
}
