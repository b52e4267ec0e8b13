using System.Net;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A stack that checks keys, as Azure does.</summary>
public sealed class AuthTests
{
    [Fact]
    public async Task With_keys_checked_the_api_wants_one_and_health_does_not()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions { RequireKeys = true }, cancel);

        using var none = await stack.Api.GetAsync(new Uri("/v1/jobs/nonsense", UriKind.Relative), cancel);
        using var health = await stack.Api.GetAsync(new Uri("/health/live", UriKind.Relative), cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, none.StatusCode);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs/nonsense");
        request.Headers.Add("x-functions-key", await KeyAsync(stack.KeyFile!, cancel));
        using var known = await stack.Api.SendAsync(request, cancel);
        Assert.Equal(HttpStatusCode.NotFound, known.StatusCode);
    }

    private static async Task<string> KeyAsync(string file, CancellationToken cancel)
    {
        using var keys = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(file, cancel));
        return keys.RootElement.GetProperty("master").GetString()!;
    }
}
