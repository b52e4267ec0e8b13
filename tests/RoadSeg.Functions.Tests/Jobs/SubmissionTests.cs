using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Photos in request bodies and forms, and what the API answers to them.</summary>
public sealed class SubmissionTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task A_photo_posted_as_a_body_is_segmented()
    {
        var job = await Service.SubmittedAsync(Photos.Street);

        Assert.Equal(JobState.Succeeded, job.State);
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
    }

    [Fact]
    public async Task The_answer_to_a_submission_says_where_the_job_is_and_when_to_ask()
    {
        using var body = new ByteArrayContent(Photos.Street);
        body.Headers.ContentType = new("image/jpeg");

        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);

        var job = await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel);
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.Equal($"/v1/jobs/{job!.Id}", answer.Headers.Location?.ToString());
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        Assert.Equal(JobState.Succeeded, (await Service.EndedAsync(job.Id)).State);
    }

    [Theory]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/jobs/form")]
    public async Task A_photo_posted_as_a_form_keeps_its_name_and_the_name_reaches_no_path(string address)
    {
        using var form = new MultipartFormDataContent();
        using var file = new ByteArrayContent(Photos.Fixture("grey.jpg"));
        form.Add(file, "image", "../../straße.jpg");
        form.Add(new StringContent("lane:2"), "tag");

        using var answer = await Service.Api.PostAsync(new Uri(address + "?tag=camera:front", UriKind.Relative), form, Cancel);
        var job = await Service.EndedAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id);

        Assert.Equal((JobState.Succeeded, "front", "2"), (job.State, job.Tags!["camera"], job.Tags["lane"]));
        Assert.EndsWith("straße.jpg", job.FileName, StringComparison.Ordinal);
        Assert.True(await Service.Blobs.GetBlobContainerClient(Containers.Submitted).GetBlobClient($"{job.Id}/image").ExistsAsync(Cancel));
    }

    [Fact]
    public async Task A_photo_posted_under_the_wrong_image_type_is_segmented_for_what_it_is() =>
        Assert.Equal("jpeg", (await Service.SubmittedAsync(Photos.Fixture("grey.jpg"), "image/png")).Image!.Format);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData(null)]
    public async Task A_body_of_another_type_is_refused_with_415(string? type)
    {
        using var body = new ByteArrayContent(Photos.Street);
        body.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);

        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);

        await ProblemAsync(answer, HttpStatusCode.UnsupportedMediaType, "content-type-unsupported");
    }

    [Fact]
    public async Task A_body_over_16_MiB_is_refused_with_413()
    {
        using var body = new ByteArrayContent(new byte[(16 * 1024 * 1024) + 1]);
        body.Headers.ContentType = new("image/jpeg");

        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);

        await ProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge, "image-too-many-bytes");
    }

    [Fact]
    public async Task A_form_over_16_MiB_that_names_no_length_is_refused_though_each_of_its_parts_is_small()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Photos.Fixture("grey.jpg")), "file", "grey.jpg" } };
        for (var i = 0; i < 6; i++)
            form.Add(new ByteArrayContent(new byte[3 * 1024 * 1024]), $"file{i}", $"{i}.jpg");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = form, Headers = { TransferEncodingChunked = true } };

        using var answer = await Service.Api.SendAsync(request, Cancel);

        await ProblemAsync(answer, HttpStatusCode.RequestEntityTooLarge, "image-too-many-bytes");
    }

    [Fact]
    public async Task A_form_of_two_files_is_refused()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([1]), "a", "a.jpg" }, { new ByteArrayContent([1]), "b", "b.jpg" } };

        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), form, Cancel);

        await ProblemAsync(answer, HttpStatusCode.BadRequest, "request-invalid");
    }

    [Theory]
    [InlineData("/v1/jobs/00000000000000000000000000")]
    [InlineData("/v1/jobs/nonsense")]
    [InlineData("/v1/jobs/form")]
    [InlineData("/v1/jobs/..%2F..%2Fsecrets")]
    [InlineData("/v1/jobs/00000000000000000000000000/mask")]
    public async Task An_unknown_job_is_not_found_and_never_pending(string path)
    {
        using var answer = await Service.Api.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        await ProblemAsync(answer, HttpStatusCode.NotFound, "job-not-found");
    }

    [Fact]
    public async Task A_failed_job_has_no_mask_and_says_so()
    {
        var job = await Service.DroppedAsync(Photos.Street[..300]);

        using var answer = await Service.Api.GetAsync(new Uri($"/v1/jobs/{job.Id}/mask", UriKind.Relative), Cancel);

        await ProblemAsync(answer, HttpStatusCode.Conflict, "result-not-ready");
        Assert.DoesNotContain("mask", job.Links.Keys);
    }

    private static async Task ProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"\"code\":\"{code}\"", text, StringComparison.Ordinal);
    }
}
