using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The API through the host and the worker: one request of each kind, for what two processes could change on the way. What the API answers is asked in
/// memory, of the same map (RoadSeg.Functions.Tests).</summary>
public sealed class ApiTests(StackFixture stack)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_processes_serve_the_map_that_is_described()
    {
        var served = JsonNode.Parse(await stack.GetAsync("/openapi/v1.json"));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(Checkout.File("tests/contracts/openapi.json"), Cancel)), served));
    }

    [Fact]
    public async Task A_photo_posted_as_a_body_is_segmented()
    {
        var job = await stack.SubmittedAsync(Photos.Street);

        Assert.Equal(JobState.Succeeded, job.State);
        var mask = MaskPng.Decode(await stack.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
    }

    [Fact]
    public async Task A_result_may_be_cached_for_good_and_asked_for_in_ranges()
    {
        var job = await stack.DroppedAsync(Photos.Street);
        using var whole = await stack.Api.GetAsync(new Uri(job.Links["mask"], UriKind.Relative), Cancel);
        using var part = new HttpRequestMessage(HttpMethod.Get, job.Links["mask"]) { Headers = { Range = new RangeHeaderValue(8, 15) } };
        using var known = new HttpRequestMessage(HttpMethod.Get, job.Links["mask"]) { Headers = { IfNoneMatch = { whole.Headers.ETag! } } };

        using var ranged = await stack.Api.SendAsync(part, Cancel);
        using var unchanged = await stack.Api.SendAsync(known, Cancel);

        Assert.Contains("immutable", whole.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PartialContent, ranged.StatusCode);
        Assert.Equal((await whole.Content.ReadAsByteArrayAsync(Cancel))[8..16], await ranged.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_caller_who_waits_in_the_request_gets_the_ended_job()
    {
        using var body = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = body, Headers = { { "Prefer", "wait=30" } } };

        using var answer = await stack.Api.SendAsync(request, Cancel);

        var job = (await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!;
        Assert.Equal((HttpStatusCode.OK, JobState.Succeeded), (answer.StatusCode, job.State));
        Assert.Equal("wait=30", Assert.Single(answer.Headers.GetValues("Preference-Applied")));
    }

    [Fact]
    public async Task A_refusal_comes_through_with_its_status_its_type_and_its_code()
    {
        using var answer = await stack.Api.GetAsync(new Uri("/v1/jobs/..%2F..%2Fsecrets", UriKind.Relative), Cancel);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("\"code\":\"job-not-found\"", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PreprocessUpload")]
    [InlineData("SegmentImage")]
    [InlineData("FailPoisonedUpload")]
    [InlineData("FailPoisonedSegmentation")]
    [InlineData("IngestDataset")]
    [InlineData("FailPoisonedDataset")]
    [InlineData("SweepDatasets")]
    public async Task Nobody_outside_can_invoke_a_trigger(string function)
    {
        using var body = JsonContent.Create(new { Data = new { }, Metadata = new { } });

        using var answer = await stack.Api.PostAsync(new Uri($"/{function}", UriKind.Relative), body, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task The_service_says_that_it_is_live_and_ready_and_by_which_model()
    {
        Assert.Equal("live", await stack.Api.GetStringAsync(new Uri("/health/live", UriKind.Relative), Cancel));
        var ready = await stack.Api.GetStringAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        Assert.Contains("\"ready\":true", ready, StringComparison.Ordinal);
        Assert.Contains("on cpu", ready, StringComparison.OrdinalIgnoreCase);
    }
}
