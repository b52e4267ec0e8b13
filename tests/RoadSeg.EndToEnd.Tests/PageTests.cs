using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Stack;
using RoadSeg.Datasets.Layouts;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>How the web page is served.</summary>
public sealed class PageTests(StackFixture stack)
{
    [Fact]
    public async Task Browsers_get_the_page_under_a_strict_policy_and_others_the_service_document()
    {
        PageStory.PageIsBuilt();
        using var page = await GetAsync("/", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy);
        Assert.Contains($"connect-src 'self' {stack.Stack.Blobs.Uri.GetLeftPart(UriPartial.Authority)};", policy);
        Assert.DoesNotContain("unsafe", policy);
        Assert.Contains("Accept", page.Headers.Vary);

        using var document = await GetAsync("/", "*/*");
        Assert.Equal("application/json", document.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Assets_are_cached_for_good_and_answered_compressed_and_by_their_etag()
    {
        PageStory.PageIsBuilt();
        var script = Directory.EnumerateFiles(Path.Combine(Workspace.Page, "assets"), "*.js").Select(Path.GetFileName).First();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/assets/{script}") { Headers = { { "Accept-Encoding", "gzip, br" } } };
        using var asset = await stack.Api.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Contains("immutable", asset.Headers.CacheControl!.ToString());
        Assert.Equal("br", Assert.Single(asset.Content.Headers.ContentEncoding));
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/assets/{script}") { Headers = { { "Accept-Encoding", "gzip, br" }, { "If-None-Match", asset.Headers.ETag!.ToString() } } };
        using var unchanged = await stack.Api.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        using var head = new HttpRequestMessage(HttpMethod.Head, $"/assets/{script}");
        using var described = await stack.Api.SendAsync(head, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, described.StatusCode);

        using var missing = await stack.Api.GetAsync(new Uri("/assets/..%2Findex.html", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    /// <summary>No call lists them: they are built into the page (ROADSEG_PIN=1 writes them anew).</summary>
    [Fact]
    public void The_page_offers_the_layouts_that_are_known()
    {
        var path = Path.Combine(Workspace.Root, "functions", "web", "src", "upload", "layouts.json");
        var known = new JsonArray([.. LayoutPresets.Names.Select(layout => new JsonObject { ["name"] = layout.Name, ["summary"] = layout.Summary })]);
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            File.WriteAllText(path, known.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        Assert.True(JsonNode.DeepEquals(known, JsonNode.Parse(File.ReadAllText(path))), $"{path} is no longer what LayoutPresets says; ROADSEG_PIN=1 writes it anew.");
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", accept);
        var answer = await stack.Api.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }
}
