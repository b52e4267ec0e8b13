namespace RoadSeg.LocalHost.Invocation;

/// <summary>Where the handler listens, and the headers every request to it carries.</summary>
internal static class HandlerAddress
{
    public const string VersionHeader = "X-Azure-Functions-HostVersion";
    public const string InvocationIdHeader = "X-Azure-Functions-InvocationId";

    /// <summary>The version of the Azure Functions host whose behaviour is reproduced.</summary>
    public const string HostVersion = "4.1037.0.0";

    public static Uri Of(int port, string path) => new UriBuilder("http", "127.0.0.1", port, path).Uri;

    public static void AddHeaders(HttpRequestMessage request, Guid invocationId)
    {
        request.Headers.Add(VersionHeader, HostVersion);
        request.Headers.Add(InvocationIdHeader, invocationId.ToString());
        request.Headers.UserAgent.ParseAdd($"Azure-Functions-Host/{HostVersion}");
    }
}
