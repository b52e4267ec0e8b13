using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The web page: how it is served, and its story in a real Chromium.</summary>
public sealed class PageTests(StackFixture stack)
{
    private static readonly string Web = Path.Combine(Workspace.Root, "functions", "web");

    [Fact]
    public async Task Browsers_get_the_page_under_a_strict_policy_and_others_the_service_document()
    {
        PageIsBuilt();
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
        PageIsBuilt();
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

    [Fact(Timeout = 480_000)]
    public async Task The_whole_story_works_in_Chromium()
    {
        PageIsBuilt();
        await TellAsync("story.mjs", stack.Stack, [], TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 480_000)]
    public async Task What_breaks_is_told_and_mended_in_Chromium()
    {
        PageIsBuilt();
        await TellAsync("faults.mjs", stack.Stack, [], TestContext.Current.CancellationToken);
    }

    [Fact(Timeout = 480_000)]
    public async Task Data_sets_training_runs_and_models_are_seen_and_changed_in_Chromium_where_keys_are_checked()
    {
        PageIsBuilt();
        using var folder = new ScratchFolder();
        await using var own = await LocalStack.StartAsync(
            new LocalStackOptions { RequireKeys = true, Settings = new Dictionary<string, string> { ["ROADSEG_SWEEP_AFTER"] = "01:00:00" } }, TestContext.Current.CancellationToken);
        var content = new PageContent(own, folder.Path);
        await content.MakeAsync();
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(own.KeyFile!, TestContext.Current.CancellationToken));
        await TellAsync("browse.mjs", own, new Dictionary<string, string>
        {
            ["KEY"] = keys.RootElement.GetProperty("master").GetString()!,
            ["DATASET"] = PageContent.Dataset,
            ["LEARNING"] = content.Learning.ToString(),
            ["LEARNED"] = content.Learned.ToString(),
            ["METRICS"] = content.MetricsOf(content.Learning).ToString(),
            ["MORE_METRICS"] = await folder.SaveAsync("metrics.jsonl", Encoding.UTF8.GetBytes(PageContent.Metrics(720))),
            ["MODEL"] = content.Candidate.Manifest.Name,
            ["CANDIDATE"] = content.Candidate.Manifest.Version,
        }, TestContext.Current.CancellationToken);
    }

    private static async Task TellAsync(string story, LocalStack stack, Dictionary<string, string> more, CancellationToken cancel)
    {
        var results = Path.Combine(Workspace.Root, "TestResults", "page");
        Directory.CreateDirectory(results);
        var start = new ProcessStartInfo("node", [Path.Combine(Web, "test", story)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PAGE"] = stack.Address.ToString(), ["CHROMIUM"] = ChromiumPath(), ["SCREENSHOTS"] = results, ["PHOTOS"] = Path.Combine(Workspace.Root, "samples") },
        };
        foreach (var (name, value) in more)
            start.Environment[name] = value;
        using var told = Process.Start(start)!;
        try
        {
            var output = told.StandardOutput.ReadToEndAsync(cancel);
            var errors = told.StandardError.ReadToEndAsync(cancel);
            await told.WaitForExitAsync(cancel);
            TestContext.Current.TestOutputHelper?.WriteLine(await output);
            Assert.True(told.ExitCode == 0, $"{await output}\n{await errors}");
        }
        finally
        {
            if (!told.HasExited)
                told.Kill(entireProcessTree: true);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Accept", accept);
        var answer = await stack.Api.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static void PageIsBuilt() =>
        Needs(File.Exists(Path.Combine(Workspace.Page, "index.html")), "The page is not built: ./roadseg test builds it.");

    private static string ChromiumPath()
    {
        string[] places = [Environment.GetEnvironmentVariable("CHROMIUM") ?? "", "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        var found = places.FirstOrDefault(File.Exists);
        Needs(found is not null, "Chromium is missing: apt-get install -y chromium, or set CHROMIUM to its path.");
        return found!;
    }

    private static void Needs(bool present, string otherwise)
    {
        if (!present && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(otherwise);
        Assert.SkipUnless(present, otherwise);
    }
}
