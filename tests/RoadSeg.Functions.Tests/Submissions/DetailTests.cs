using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Tests.Submissions;

/// <summary>detail=high: what it costs is said before, tiles are looked at whichever way the photo came, and where there is nothing to gain it
/// is a job as always.</summary>
public sealed class DetailTests(ServiceFixture fixture)
{
    private const int Width = 900, Height = 675;

    private static readonly UploadRequest InDetail = new() { FileName = "large.jpg", Detail = JobDetail.High };
    private static readonly byte[] Photo = PhotoEncoder.Jpeg(ImageDecoder.ResizeTo(Photos.Decode(Photos.Street), Width, Height), 90);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [InlineData("body")]
    [InlineData("key")]
    [InlineData("form")]
    public async Task A_photo_is_looked_at_in_as_many_tiles_as_were_said_whichever_way_it_comes(string way)
    {
        var cost = await Service.Client.EstimateAsync(Width, Height, JobDetail.High, cancel: Cancel);
        Assert.Equal((5, 4), (cost.Runs, cost.Tiles));

        var job = await SentAsync(way, Photo, InDetail);

        Assert.Equal((JobState.Succeeded, JobDetail.High, 5), (job.State, job.Detail, job.Runs));
        var summary = await Service.Client.GetSummaryAsync(job.Id, cancel: Cancel);
        Assert.Equal((Width, Height, cost.Input with { Tiles = 4 }), (summary.Width, summary.Height, summary.Input));
        Assert.Equal(Width * Height, summary.Classes.Sum(label => label.Pixels));
        var normal = await SentAsync(way, Photo, InDetail with { Detail = JobDetail.Normal });
        Assert.Equal((JobState.Succeeded, null, null), (normal.State, normal.Detail, normal.Runs));
        Assert.NotEqual(await MaskAsync(normal), await MaskAsync(job));
    }

    [Fact]
    public async Task What_begins_at_once_and_what_waits_in_the_queue_come_to_the_same_mask()
    {
        var jobs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => SentAsync("body", Photo, InDetail)));

        var masks = await Task.WhenAll(jobs.Select(MaskAsync));
        Assert.All(masks, mask => Assert.Equal(masks[0], mask));
    }

    [Fact]
    public async Task A_photo_that_is_no_larger_than_the_models_input_gets_the_mask_that_it_gets_as_always()
    {
        var (high, normal) = (await SentAsync("body", Photos.Street, InDetail), await SentAsync("body", Photos.Street, InDetail with { Detail = null }));

        Assert.Equal((JobDetail.High, 1), (high.Detail, high.Runs));
        Assert.Equal(await MaskAsync(normal), await MaskAsync(high));
        Assert.Equal(await Service.GetAsync($"/v1/jobs/{normal.Id}/confidence"), await Service.GetAsync($"/v1/jobs/{high.Id}/confidence"));
    }

    [Theory]
    [InlineData("/v1/estimate?width=4032&height=3024&detail=high", 10, 9)]
    [InlineData("/v1/estimate?width=4032&height=3024", 1, 0)]
    [InlineData("/v1/estimate?width=640&height=480&detail=high&model=camvid-mnv2", 1, 0)]
    public async Task What_a_photo_would_cost_is_said(string path, int runs, int tiles)
    {
        var cost = (await Service.Api.GetFromJsonAsync(new Uri(path, UriKind.Relative), JobJson.Default.JobEstimate, Cancel))!;
        Assert.Equal((runs, tiles, "camvid-mnv2"), (cost.Runs, cost.Tiles, cost.Model.Model));
    }

    [Theory]
    [InlineData("/v1/estimate?height=3024", "request-invalid")]
    [InlineData("/v1/estimate?width=0&height=3024", "request-invalid")]
    [InlineData("/v1/estimate?width=99999999999&height=3024", "request-invalid")]
    [InlineData("/v1/estimate?width=4000&height=3024&detail=finest", "request-invalid")]
    [InlineData("/v1/estimate?width=4000&height=3024&model=nobody", "model-not-found")]
    public async Task What_cannot_be_estimated_is_refused(string path, string code)
    {
        using var refused = await Service.SendAsync(HttpMethod.Get, path);
        Assert.Contains(code, await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.InRange((int)refused.StatusCode, 400, 404);
    }

    [Theory]
    [InlineData("/v1/jobs?detail=finest", null)]
    [InlineData("/v1/jobs?detail=1", null)]
    [InlineData("/v1/uploads", """{"detail":"finest"}""")]
    [InlineData("/v1/uploads", """{"detail":7}""")]
    public async Task A_detail_that_is_not_known_is_refused_with_those_that_are(string path, string? json)
    {
        using HttpContent body = json is null ? new ByteArrayContent(Photo) { Headers = { ContentType = new("image/jpeg") } } : new StringContent(json, Encoding.UTF8, "application/json");
        using var refused = await Service.Api.PostAsync(new Uri(path, UriKind.Relative), body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("high", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_view_and_estimate_of_a_job_in_detail_keep_their_form()
    {
        var record = JsonSerializer.Deserialize(Golden.Text("job-record"), JobJson.Default.JobRecord)! with
        {
            Detail = JobDetail.High, Image = new JobImage("jpeg", 4032, 3024, 1, 123456), Input = new JobInput(1600, 1200, 9),
        };
        Golden.Pinned("job-record-detail", record, JobJson.Default.JobRecord);
        Golden.Pinned("job-view-detail", JobView.Of(record), JobJson.Default.JobView);
        Golden.Pinned("job-estimate", new JobEstimate(4032, 3024, JobDetail.High, new ModelPin("camvid-mnv2", "2"), 10, 9, new JobInput(1600, 1200)), JobJson.Default.JobEstimate);
    }

    private Task<byte[]> MaskAsync(JobView job) => Service.GetAsync($"/v1/jobs/{job.Id}/mask");

    private async Task<JobView> SentAsync(string way, byte[] photo, UploadRequest about)
    {
        if (way == "body")
            return await Service.EndedAsync((await Service.Client.SubmitAsync(photo, about, cancel: Cancel)).Id);
        if (way == "key")
        {
            using var content = new MemoryStream(photo);
            return await Service.EndedAsync((await Service.Client.UploadAsync(content, about, cancel: Cancel)).Id);
        }

        using var form = new MultipartFormDataContent { { new ByteArrayContent(photo), "file", "large.jpg" } };
        if (about.Detail is { } detail)
            form.Add(new StringContent(detail.Name()), "detail");
        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs/form", UriKind.Relative), form, Cancel);
        return await Service.EndedAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id);
    }
}
