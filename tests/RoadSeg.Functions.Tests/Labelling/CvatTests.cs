using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>The calls that CVAT makes of a nuclio dashboard (tests/golden/cvat), with what it reads of the answers.</summary>
public sealed partial class CvatTests(ToolFixture tool) : IClassFixture<ToolFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // LambdaFunction.__init__, which raises on what is missing.
    [Fact]
    public async Task Models_are_listed_as_detectors_that_CVAT_reads()
    {
        var listed = await SaysAsync(Asked(HttpMethod.Get, "/api/functions"));

        var (key, function) = Assert.Single(listed.AsObject());
        var name = (string)function!["metadata"]!["name"]!;
        Assert.Equal(key, name);
        Assert.Matches(FunctionId(), name);
        var annotations = function["metadata"]!["annotations"]!;
        Assert.Equal("detector", (string?)annotations["type"]);
        var labels = JsonNode.Parse((string)annotations["spec"]!)!.AsArray();
        var classes = JsonNode.Parse(await tool.Service.GetAsync("/v1/labels"))!["items"]![0]!["classes"]!.AsArray();
        Assert.Equal(classes.Select(static label => (string?)label!["name"]), labels.Select(static label => (string?)label!["name"]));
        Assert.All(labels, static label => Assert.Equal(("mask", 0), ((string?)label!["type"], label["attributes"]!.AsArray().Count)));
        Assert.NotEmpty((string)function["spec"]!["description"]!);
        Assert.Equal("ready", (string?)function["status"]!["state"]);
        Assert.Equal(function.ToJsonString(), (await SaysAsync(Asked(HttpMethod.Get, $"/api/functions/{name}"))).ToJsonString());
    }

    // DetectionResultConverter: a mask is its bits and then the box, whose last column and row are within.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_masks_of_a_class_are_the_mask_exactly(bool gzip)
    {
        var items = (await InvokeAsync(Photos.Street, threshold: null, gzip)).AsArray();

        var (mask, summary) = await LastAsync();
        var painted = new int[mask.Ids.Length];
        Array.Fill(painted, -1);
        foreach (var item in items)
        {
            Assert.Equal("mask", (string?)item!["type"]);
            var id = summary.Classes.Single(one => one.Name == (string)item["label"]!).Id;
            int[] numbers = [.. item["mask"]!.AsArray().Select(static one => (int)one!)];
            var (bits, left, top, right, bottom) = (numbers[..^4], numbers[^4], numbers[^3], numbers[^2], numbers[^1]);
            var width = right - left + 1;
            Assert.Equal(width * (bottom - top + 1), bits.Length);
            foreach (var (bit, i) in bits.Select(static (bit, i) => (bit, i)).Where(static one => one.bit != 0))
            {
                Assert.Equal(1, bit);
                var at = ((top + (i / width)) * mask.Width) + left + (i % width);
                Assert.Equal(-1, painted[at]);
                painted[at] = id;
            }

            if (item["points"] is { } points)
                Assert.True(points.AsArray().Count >= 6 && points.AsArray().Count % 2 == 0);
        }

        Assert.Equal(mask.Ids.Select(static id => (int)id), painted);
        Assert.Contains(items, static item => item!["points"] is not null);
    }

    [Fact]
    public async Task Objects_under_the_threshold_are_left_out()
    {
        var all = (await InvokeAsync(Photos.Street, null)).AsArray();
        var sure = (await InvokeAsync(Photos.Street, 0.8)).AsArray();

        static double Confidence(JsonNode? item) => double.Parse((string)item!["confidence"]!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(all.Where(static item => Confidence(item) >= 0.8).Select(static item => item!.ToJsonString()), sure.Select(static item => item!.ToJsonString()));
        Assert.InRange(sure.Count, 1, all.Count - 1);
    }

    [Fact]
    public async Task The_job_is_one_of_the_keys_caller()
    {
        await InvokeAsync(Photos.Fixture("upright.png"), null);

        var job = await LastJobAsync();
        Assert.Equal(("cvat", JobState.Succeeded), (job.Tags!["tool"], job.State));
    }

    [Theory]
    [InlineData("{\"image\": \"bm8gcGljdHVyZQ==\"}", 415, "image-format-unsupported")]
    [InlineData("{\"image\": \"\"}", 422, "image-empty")]
    [InlineData("{\"image\": \"%%%\"}", 400, "request-invalid")]
    [InlineData("{\"threshold\": 0.5}", 400, "request-invalid")]
    [InlineData("{\"image\": \"bm8gcGljdHVyZQ==\", \"threshold\": 7}", 400, "request-invalid")]
    [InlineData("{\"image\": \"bm8gcGljdHVyZQ==\", \"threshold\": \"much\"}", 400, "request-invalid")]
    [InlineData("[]", 400, "request-invalid")]
    public async Task What_is_no_frame_is_refused_with_the_reason(string json, int status, string code) =>
        await RefusedAsync(Invocation(json, await NameAsync()), status, code);

    [Fact]
    public async Task A_frame_that_is_too_large_is_refused()
    {
        var image = Convert.ToBase64String(new byte[(16 << 20) + (1 << 18)]);
        await RefusedAsync(Invocation($$"""{"image": "{{image}}"}""", await NameAsync()), 413, "request-too-large");
    }

    [Theory]
    [InlineData("no-such-model")]
    [InlineData("../../secret")]
    [InlineData("")]
    public async Task A_function_that_there_is_not_is_said_to_be_missing(string name)
    {
        await RefusedAsync(Invocation("{\"image\": \"\"}", name), 404, "model-not-found");
        if (name == "no-such-model")
            await RefusedAsync(Asked(HttpMethod.Get, $"/api/functions/{name}"), 404, "model-not-found");
    }

    private static HttpRequestMessage Asked(HttpMethod method, string path, string? json = null, params (string, string)[] headers) => ToolFixture.Request(
        method,
        path,
        json,
        ToolFixture.Key,
        [("x-nuclio-project-name", "cvat"), ("x-nuclio-function-namespace", "nuclio"), ("x-nuclio-invoke-via", "domain-name"), ("X-Nuclio-Invoke-Timeout", "120s"), .. headers]);

    private static HttpRequestMessage Invocation(string json, string name) =>
        Asked(HttpMethod.Post, "/api/function_invocations", json, [("x-nuclio-path", "/"), .. name.Length == 0 ? [] : ((string, string)[])[("x-nuclio-function-name", name)]]);

    private async Task<string> NameAsync() => (await SaysAsync(Asked(HttpMethod.Get, "/api/functions"))).AsObject().First().Key;

    private async Task<JsonNode> InvokeAsync(byte[] photo, double? threshold, bool gzip = true)
    {
        var body = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.File("tests/golden/cvat/invocation.json"), Cancel))!.AsObject();
        body["image"] = Convert.ToBase64String(photo);
        if (threshold is { } least)
            body["threshold"] = least;
        else
            body.Remove("threshold");
        var request = Invocation(body.ToJsonString(), await NameAsync());
        if (gzip)
            request.Headers.Add("Accept-Encoding", "gzip, deflate");
        return await SaysAsync(request);
    }

    private async Task<JobView> LastJobAsync()
    {
        var page = System.Text.Json.JsonSerializer.Deserialize(await tool.Api.GetByteArrayAsync(new Uri("/v1/jobs?tag=tool:cvat&limit=1", UriKind.Relative), Cancel), JobJson.Default.JobPage)!;
        return page.Items[0];
    }

    private async Task<(IndexedImage Mask, ResultSummary Summary)> LastAsync()
    {
        var job = await LastJobAsync();
        var mask = await tool.Api.GetByteArrayAsync(new Uri($"/v1/jobs/{job.Id}/mask", UriKind.Relative), Cancel);
        var summary = await tool.Api.GetByteArrayAsync(new Uri($"/v1/jobs/{job.Id}/summary", UriKind.Relative), Cancel);
        return (MaskPng.Decode(mask, new ImageLimits()), System.Text.Json.JsonSerializer.Deserialize(summary, JobJson.Default.ResultSummary)!);
    }

    private async Task<JsonNode> SaysAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await tool.Service.Api.SendAsync(request, Cancel);
            await using var body = await answer.Content.ReadAsStreamAsync(Cancel);
            await using var plain = answer.Content.Headers.ContentEncoding.Contains("gzip") ? new GZipStream(body, CompressionMode.Decompress) : body;
            Assert.Equal(request.Headers.AcceptEncoding.Count > 0, answer.Content.Headers.ContentEncoding.Contains("gzip"));
            using var reader = new StreamReader(plain, Encoding.UTF8);
            var said = await reader.ReadToEndAsync(Cancel);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, said);
            return JsonNode.Parse(said)!;
        }
    }

    private async Task RefusedAsync(HttpRequestMessage request, int status, string code)
    {
        using (request)
        {
            using var answer = await tool.Service.Api.SendAsync(request, Cancel);
            var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
            Assert.Equal((status, code), ((int)answer.StatusCode, (string?)problem["code"]));
        }
    }

    // lookup_value_regex of FunctionViewSet.
    [GeneratedRegex("^[a-zA-Z0-9_.-]+$")]
    private static partial Regex FunctionId();
}
