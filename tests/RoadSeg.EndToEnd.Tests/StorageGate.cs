using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Stands between a handler and its storage, so that a test can act at one request: before it reaches storage, or
/// after storage has done it and before the handler knows.</summary>
internal sealed class StorageGate : IAsyncDisposable
{
    private readonly List<WebApplication> _ports = [];
    private readonly HttpMessageInvoker _storage = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None });

    private StorageGate()
    {
    }

    /// <summary>Called before a request goes on, with its method, path and body.</summary>
    public Func<string, string, string, Task> Before { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>Called when storage has answered and the handler has not heard it.</summary>
    public Func<string, string, string, Task> After { get; set; } = static (_, _, _) => Task.CompletedTask;

    /// <summary>Storage through the gate.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<StorageGate> OpenAsync(string connection)
    {
        var gate = new StorageGate();
        var parts = connection.Split(';', StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Split('=', 2) is ["BlobEndpoint" or "QueueEndpoint", var endpoint])
            {
                var address = new Uri(endpoint);
                var port = await gate.ListenAsync(address.GetLeftPart(UriPartial.Authority));
                parts[i] = parts[i].Replace($":{address.Port}", $":{port}", StringComparison.Ordinal);
            }
        }

        gate.ConnectionString = string.Join(';', parts);
        return gate;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var port in _ports)
            await port.DisposeAsync();
        _storage.Dispose();
    }

    private async Task<int> ListenAsync(string target)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddHttpForwarder();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        var app = builder.Build();
        var forwarder = app.Services.GetRequiredService<IHttpForwarder>();
        app.Run(async context =>
        {
            context.Request.EnableBuffering();
            using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
            var body = await reader.ReadToEndAsync();
            context.Request.Body.Position = 0;
            var (method, path) = (context.Request.Method, context.Request.Path.ToString());
            await Before(method, path, body);
            await forwarder.SendAsync(context, target, _storage, new ForwarderRequestConfig(), new HoldAnswer(() => After(method, path, body)));
        });
        await app.StartAsync();
        _ports.Add(app);
        return new Uri(app.Urls.First()).Port;
    }

    // The signature covers the host that the client spoke to: it goes on unchanged.
    private sealed class HoldAnswer(Func<Task> after) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destination, CancellationToken cancel)
        {
            await base.TransformRequestAsync(context, request, destination, cancel);
            request.Headers.Host = context.Request.Host.Value;
        }

        public override async ValueTask<bool> TransformResponseAsync(HttpContext context, HttpResponseMessage? response, CancellationToken cancel)
        {
            await after();
            return await base.TransformResponseAsync(context, response, cancel);
        }
    }
}
