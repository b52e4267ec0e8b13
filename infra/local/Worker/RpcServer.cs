using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Rpc;

namespace RoadSeg.LocalHost.Worker;

/// <summary>The gRPC server on loopback that workers call back. A worker is known by the id it was started with.</summary>
internal sealed class RpcServer : IAsyncDisposable
{
    public const int MaxMessageBytes = int.MaxValue;

    private readonly ConcurrentDictionary<string, WorkerChannel> _expected = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private RpcServer(ILoggerFactory loggers)
    {
        var builder = EmbeddedHost.CreateBuilder(loggers);
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
                kestrel.Limits.MaxRequestBodySize = null;
                kestrel.Limits.MinRequestBodyDataRate = null;
            });
        builder.Services.AddRouting();
        builder.Services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = grpc.MaxSendMessageSize = MaxMessageBytes);
        builder.Services.AddSingleton(this);
        _app = builder.Build();
        _app.UseRouting();
        _app.MapGrpcService<Service>();
    }

    public Uri Address => EmbeddedHost.Address(_app);

    public static async Task<RpcServer> StartAsync(ILoggerFactory loggers, CancellationToken cancellation)
    {
        var server = new RpcServer(loggers);
        await server._app.StartAsync(cancellation);
        return server;
    }

    public void Expect(string workerId, WorkerChannel channel) => _expected[workerId] = channel;

    public void Forget(string workerId) => _expected.TryRemove(workerId, out _);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private sealed class Service(RpcServer server) : FunctionRpc.FunctionRpcBase
    {
        public override async Task EventStream(
            IAsyncStreamReader<StreamingMessage> requestStream,
            IServerStreamWriter<StreamingMessage> responseStream,
            ServerCallContext context
        )
        {
            if (!await requestStream.MoveNext())
                return;
            if (requestStream.Current.StartStream is not { } start || !server._expected.TryRemove(start.WorkerId, out var channel))
                throw new Grpc.Core.RpcException(new Status(StatusCode.PermissionDenied, "No worker of this id was started."));
            await channel.RunAsync(requestStream, responseStream, context.CancellationToken);
        }
    }
}
