using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>The service with a key for labelling tools, and a Label Studio on loopback that it knows. Calls are made as python-requests makes them.</summary>
public sealed class ToolFixture : IAsyncLifetime
{
    public const string Caller = "labelling";
    public const string Key = "key-of-the-tool";
    public const string Token = "0123456789abcdef0123456789abcdef01234567";

    private readonly StorageFixture _storage = new();

    internal WholeService Service { get; private set; } = null!;

    /// <summary>What the service takes for a Label Studio.</summary>
    public Receiver LabelStudio { get; private set; } = null!;

    /// <summary>The same caller's jobs by way of the API.</summary>
    public HttpClient Api { get; private set; } = null!;

    public static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public async ValueTask InitializeAsync()
    {
        await _storage.InitializeAsync();
        LabelStudio = await Receiver.StartAsync();
        Service = await WholeService.StartAsync(_storage, settings:
        [
            ("ROADSEG_LABELLING_KEYS", $"{Caller}={Hash(Key)}"),
            ("ROADSEG_CALLERS", $"{Caller}={Hash("function-key")}"),
            ("ROADSEG_LABEL_STUDIO", $"{LabelStudio.Address.GetLeftPart(UriPartial.Authority)}={Token}"),
        ]);
        Api = Service.As("function-key");
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await Service.DisposeAsync();
        await LabelStudio.DisposeAsync();
        await _storage.DisposeAsync();
    }

    /// <summary>A call of a tool.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path.</param>
    /// <param name="json">Its body; null: none.</param>
    /// <param name="key">The password that it sends; null: no authentication.</param>
    /// <param name="headers">Further headers.</param>
    public static HttpRequestMessage Request(HttpMethod method, string path, string? json = null, string? key = Key, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Headers = { { "Accept", "*/*" }, { "Connection", "keep-alive" } } };
        if (key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"tool:{key}")));
        if (json is not null)
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(json)) { Headers = { ContentType = new("application/json") } };
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return request;
    }
}
