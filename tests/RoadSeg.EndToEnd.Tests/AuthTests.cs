using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A stack that checks keys, as Azure does.</summary>
public sealed class AuthTests
{
    private const string App = "https://app.example";

    [Fact]
    public async Task With_keys_checked_the_api_wants_one_and_health_does_not()
    {
        var cancel = TestContext.Current.CancellationToken;
        var settings = new Dictionary<string, string> { ["ROADSEG_ALLOWED_ORIGINS"] = App };
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true, Settings = settings }, cancel);

        // What a browser asks before a call it sends without a key, and before a photo is put to storage too.
        using var before = await PreflightAsync(stack.Api, new Uri("/v1/jobs", UriKind.Relative), "POST", "content-type,x-functions-key", cancel);
        Assert.Equal((HttpStatusCode.NoContent, App), (before.StatusCode, before.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        using var put = await PreflightAsync(stack.Api, new Uri(stack.Blobs.Uri + "/uploads/a/image"), "PUT", "content-type,x-ms-blob-type,x-ms-version", cancel);
        Assert.Equal((HttpStatusCode.OK, App), (put.StatusCode, put.Headers.GetValues("Access-Control-Allow-Origin").Single()));

        using var none = await stack.Api.GetAsync(new Uri("/v1/jobs/nonsense", UriKind.Relative), cancel);
        using var health = await stack.Api.GetAsync(new Uri("/health/live", UriKind.Relative), cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs/nonsense");
        request.Headers.Add("x-functions-key", await KeyAsync(stack.KeyFile!, cancel));
        using var known = await stack.Api.SendAsync(request, cancel);
        Assert.Equal(HttpStatusCode.NotFound, known.StatusCode);
    }

    [Fact]
    public async Task Keys_of_labelling_tools_open_their_calls_through_the_host_and_nothing_else()
    {
        var cancel = TestContext.Current.CancellationToken;
        var hash = Convert.ToHexStringLower(SHA256.HashData("key-of-the-tool"u8));
        var settings = new Dictionary<string, string> { ["ROADSEG_LABELLING_KEYS"] = $"labels={hash}" };
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true, Settings = settings }, cancel);

        // While the model is loaded Label Studio hears that it is down.
        await Eventually.TrueAsync(async () => await StatusAsync(HttpMethod.Get, "/health/ready", null) == 200, "the model");
        foreach (var (method, path, with, without) in ((HttpMethod, string, int, int)[])
        [
            (HttpMethod.Get, "/api/functions", 200, 401),
            (HttpMethod.Post, "/api/function_invocations", 404, 401),
            (HttpMethod.Get, "/label-studio", 200, 401),
            (HttpMethod.Get, "/label-studio/health", 200, 401),
            (HttpMethod.Post, "/label-studio/predict", 400, 401),
            (HttpMethod.Get, "/v1/jobs", 401, 401),
            (HttpMethod.Post, "/v1/jobs", 401, 401),
        ])
        {
            Assert.Equal((path, with), (path, await StatusAsync(method, path, "tool:key-of-the-tool")));
            Assert.Equal((path, without), (path, await StatusAsync(method, path, null)));
        }

        async Task<int> StatusAsync(HttpMethod method, string path, string? pair)
        {
            using var request = new HttpRequestMessage(method, path);
            if (pair is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
            if (method == HttpMethod.Post)
                request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
            using var answer = await stack.Api.SendAsync(request, cancel);
            return (int)answer.StatusCode;
        }
    }

    private static Task<HttpResponseMessage> PreflightAsync(HttpClient http, Uri address, string method, string headers, CancellationToken cancel) =>
        http.SendAsync(
            new HttpRequestMessage(HttpMethod.Options, address)
            {
                Headers = { { "Origin", App }, { "Access-Control-Request-Method", method }, { "Access-Control-Request-Headers", headers } },
            },
            cancel);

    private static async Task<string> KeyAsync(string file, CancellationToken cancel)
    {
        using var keys = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(file, cancel));
        return keys.RootElement.GetProperty("master").GetString()!;
    }
}
