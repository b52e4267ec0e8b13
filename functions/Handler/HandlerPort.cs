using System.Net;

namespace RoadSeg.Functions.Handler;

internal static class HandlerPort
{
    /// <summary>Listens on the loopback port the Functions host chose, and only there: the process inherits the host's
    /// ASPNETCORE_URLS, which must not apply.</summary>
    public static void UseHandlerPort(this WebApplicationBuilder builder)
    {
        const string name = "FUNCTIONS_CUSTOMHANDLER_PORT";
        if (!int.TryParse(builder.Configuration[name], out var port) || port is < 1 or > 65535)
            throw new InvalidOperationException($"{name} must hold a port number: start this program through a Functions host (`./roadseg up`).");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, port);
        });
    }
}
