using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>The JSON envelope. Sent chunked, without a length, as the real host's formatter does.</summary>
internal sealed class InvocationContent : HttpContent
{
    private readonly byte[] _json;

    public InvocationContent(IReadOnlyDictionary<string, object> data, IReadOnlyDictionary<string, object> metadata)
    {
        _json = Encoding.UTF8.GetBytes(Serialize(data, metadata));
        Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
    }

    internal static string Serialize(IReadOnlyDictionary<string, object> data, IReadOnlyDictionary<string, object> metadata) =>
        JsonConvert.SerializeObject(new { Data = data, Metadata = metadata });

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(_json).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
