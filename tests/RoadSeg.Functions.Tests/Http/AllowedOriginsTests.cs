using System.Net;
using Microsoft.Extensions.Configuration;
using RoadSeg.Functions.Http;

namespace RoadSeg.Functions.Tests.Http;

/// <summary>Web apps of other origins, as browsers ask for them.</summary>
public sealed class AllowedOriginsTests(StorageFixture storage)
{
    private const string Own = "https://app.example";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_may_call_from_an_origin_that_is_set_with_a_key_and_read_what_it_needs()
    {
        await using var api = await ApiService.StartAsync(storage, more: ("ROADSEG_ALLOWED_ORIGINS", $"{Own}, http://localhost:5173"));

        using var preflight = await AskAsync(api, Own);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(Own, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Contains("DELETE", Header(preflight, "Access-Control-Allow-Methods")!, StringComparison.Ordinal);
        Assert.Contains("x-functions-key", Header(preflight, "Access-Control-Allow-Headers")!, StringComparison.Ordinal);
        Assert.Null(Header(preflight, "Access-Control-Allow-Credentials"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs/nonsense") { Headers = { { "Origin", "http://localhost:5173" } } };
        using var problem = await api.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, problem.StatusCode);
        Assert.Equal("http://localhost:5173", Header(problem, "Access-Control-Allow-Origin"));
        Assert.Contains("Retry-After", Header(problem, "Access-Control-Expose-Headers")!, StringComparison.Ordinal);
        Assert.Contains("Origin", Header(problem, "Vary")!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Own)]
    [InlineData("*")]
    public async Task What_a_picture_kept_is_not_taken_for_an_answer_to_a_script(string setting)
    {
        // The fault: an <img> had the mask kept for a year without the header, and fetch was given that.
        await using var api = await ApiService.StartAsync(storage, more: ("ROADSEG_ALLOWED_ORIGINS", setting));

        using var plain = await api.Http.GetAsync(new Uri("/v1/jobs/nonsense/mask", UriKind.Relative), Cancel);

        Assert.Equal("Origin", Header(plain, "Vary"));
    }

    [Theory]
    [InlineData("https://app.example", "https://app.example.evil.example")]
    [InlineData("https://app.example", "http://app.example")]
    [InlineData("", "https://app.example")]
    public async Task Any_other_origin_is_admitted_nowhere(string setting, string origin)
    {
        await using var api = await ApiService.StartAsync(storage, more: ("ROADSEG_ALLOWED_ORIGINS", setting));

        using var preflight = await AskAsync(api, origin);

        Assert.Null(Header(preflight, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("https://app.example,*")]
    public async Task All_origins_may_be_admitted(string setting)
    {
        await using var api = await ApiService.StartAsync(storage, more: ("ROADSEG_ALLOWED_ORIGINS", setting));

        using var preflight = await AskAsync(api, "https://who.example");

        Assert.Equal("*", Header(preflight, "Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://app.example/")]
    [InlineData("https://app.example/path")]
    [InlineData("https://App.example")]
    [InlineData("https://app.example:443")]
    [InlineData("app.example")]
    [InlineData("ftp://app.example")]
    [InlineData("https://user@app.example")]
    public void What_no_browser_sends_as_an_origin_stops_the_process(string entry)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ROADSEG_ALLOWED_ORIGINS", $"{Own},{entry}")]).Build();

        var refused = Assert.Throws<InvalidOperationException>(() => AllowedOrigins.Read(settings));

        Assert.Contains($"'{entry}'", refused.Message, StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> AskAsync(ApiService api, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, "/v1/jobs")
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "content-type,x-functions-key" } },
        };
        return api.Http.SendAsync(request, Cancel);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;
}
