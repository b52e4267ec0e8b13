using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using RoadSeg.Functions.Labelling;
using RoadSeg.Functions.Labelling.LabelStudio;

namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>Who may call, and what is answered while no model serves.</summary>
public sealed class LabellingKeyTests(StorageFixture storage)
{
    private static readonly (string Name, string Value) Keys = ("ROADSEG_LABELLING_KEYS", $"ada={ToolFixture.Hash("first")},ada={ToolFixture.Hash("second")}");

    public static TheoryData<string, string> Calls() => new()
    {
        { "GET", "/label-studio" },
        { "GET", "/label-studio/health" },
        { "GET", "/label-studio/versions" },
        { "POST", "/label-studio/setup" },
        { "POST", "/label-studio/validate" },
        { "POST", "/label-studio/predict" },
        { "POST", "/label-studio/webhook" },
        { "POST", "/label-studio/train" },
        { "GET", "/api/functions" },
        { "GET", "/api/functions/camvid-mnv2" },
        { "POST", "/api/function_invocations" },
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_needs_a_key_of_a_labelling_tool(string method, string path)
    {
        await using var api = await ApiService.StartAsync(storage, more: [Keys, ("ROADSEG_CALLERS", $"bob={ToolFixture.Hash("function-key")}")]);

        foreach (var authorization in (string?[])[null, Basic("tool:wrong"), Basic("first"), Basic("first:tool"), "Basic %%%", "Basic", "Bearer first", Basic("tool:function-key"), Basic("tool:")])
        {
            using var request = ToolFixture.Request(new HttpMethod(method), path, method == "POST" ? "{}" : null, key: null, ("x-functions-key", "first"));
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var answer = await api.Http.SendAsync(request, Cancel);
            Assert.Equal((HttpStatusCode.Unauthorized, "key-required"), (answer.StatusCode, await CodeAsync(answer)));
            Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Without_keys_there_is_nothing_at_these_addresses(string method, string path)
    {
        await using var api = await ApiService.StartAsync(storage);

        using var request = ToolFixture.Request(new HttpMethod(method), path, method == "POST" ? "{}" : null, "");
        using var answer = await api.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.NotFound, "route-not-found"), (answer.StatusCode, await CodeAsync(answer)));
    }

    [Fact]
    public async Task While_no_model_serves_label_studio_hears_that_it_is_down_and_both_keys_are_known()
    {
        await using var api = await ApiService.StartAsync(storage, more: Keys);

        foreach (var (method, path, key) in ((HttpMethod, string, string)[])[(HttpMethod.Get, "/label-studio/health", "first"), (HttpMethod.Post, "/label-studio/setup", "second"), (HttpMethod.Get, "/label-studio/versions", "second")])
        {
            using var request = ToolFixture.Request(method, path, method == HttpMethod.Post ? "{}" : null, key);
            using var answer = await api.Http.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("DOWN", (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["status"]);
        }
    }

    [Fact]
    public async Task What_is_not_segmented_while_the_tool_waits_is_answered_so_and_its_job_canceled()
    {
        await using var api = await ApiService.StartAsync(storage, more: [("ROADSEG_LABELLING_KEYS", $"eve={ToolFixture.Hash("first")}"), ("ROADSEG_CALLERS", $"eve={ToolFixture.Hash("of-eve")}"), ("ROADSEG_LABELLING_PATIENCE", "00:00:01")]);
        var image = Convert.ToBase64String(Photos.Fixture("upright.png"));
        using var request = ToolFixture.Request(HttpMethod.Post, "/api/function_invocations", $$"""{"image": "{{image}}"}""", "first", ("x-nuclio-function-name", "camvid-mnv2"));

        using var answer = await api.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.GatewayTimeout, "deadline-exceeded"), (answer.StatusCode, await CodeAsync(answer)));
        using var list = new HttpRequestMessage(HttpMethod.Get, "/v1/jobs") { Headers = { { "x-functions-key", "of-eve" } } };
        using var listed = await api.Http.SendAsync(list, Cancel);
        var jobs = JsonNode.Parse(await listed.Content.ReadAsStringAsync(Cancel))!["items"]!.AsArray();
        Assert.Equal("canceled", (string?)Assert.Single(jobs)!["state"]);
    }

    [Theory]
    [InlineData("https://labels.example")]
    [InlineData("=token")]
    [InlineData("https://labels.example=")]
    [InlineData("https://labels.example/path=token")]
    [InlineData("https://user@labels.example=token")]
    [InlineData("ftp://labels.example=token")]
    [InlineData("https://labels.example=to ken")]
    public void A_label_studio_that_is_written_otherwise_stops_the_process_and_its_token_is_not_repeated(string entry)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ROADSEG_LABEL_STUDIO", $"http://labels:8080=aaa, {entry}")]).Build();

        var refused = Assert.Throws<InvalidOperationException>(() => LabelStudioOptions.Read(settings));

        Assert.StartsWith("Number 2 of ROADSEG_LABEL_STUDIO ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("token", refused.Message.Replace("access token", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_label_studios_the_one_is_meant_that_calls_itself_so()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ROADSEG_LABEL_STUDIO", "http://labels:8080=a.b.c,https://other.example=abc")]).Build();
        var options = LabelStudioOptions.Read(settings);

        Assert.Equal("Token abc", options.Of("https://other.example")!.Authorization);
        Assert.Equal("Bearer a.b.c", options.Of("http://labels:8080/")!.Authorization);
        Assert.Null(options.Of("http://localhost:8080"));
        Assert.Null(options.Of(null));
    }

    [Fact]
    public void A_key_that_is_listed_wrong_stops_the_process() =>
        Assert.Throws<InvalidOperationException>(() => LabellingKeys.Read(new ConfigurationBuilder().AddInMemoryCollection([new("ROADSEG_LABELLING_KEYS", "ada=first")]).Build()));

    private static string Basic(string pair) => new AuthenticationHeaderValue("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(pair))).ToString();

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) => (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!["code"];
}
