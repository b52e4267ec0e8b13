using System.Net;
using System.Text;
using System.Text.Json;
using NetVips;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Bad photos: the job ends with its code.</summary>
public sealed class BadPhotoTests(ServiceFixture fixture)
{
    private WholeService Service => fixture.Service;

    public static TheoryData<string, string> Bad { get; } = new()
    {
        { "empty", "image-empty" },
        { "text named jpg", "image-format-unsupported" },
        { "script named jpg", "image-format-unsupported" },
        { "png bomb", "image-too-many-pixels" },
        { "png whose pixels overflow 32 bits", "image-too-many-pixels" },
        { "jpeg cut in its header", "image-corrupt" },
        { "jpeg cut in its pixels", "image-corrupt" },
        { "png of random bytes", "image-corrupt" },
        { "animated gif", "image-format-unsupported" },
        { "animated webp", "image-animated" },
        { "tiff of two pages", "image-animated" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_bad_photo_fails_its_job_with_a_code(string kind, string code)
    {
        var job = await Service.DroppedAsync(BadPhotos.Of(kind), $"tests/{Guid.NewGuid()}/photo.jpg");

        Assert.Equal(JobState.Failed, job.State);
        Assert.Equal(code, job.Failure!.Code);
        Assert.EndsWith(".", job.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_photo_that_lacks_only_its_end_marker_gives_the_very_mask_of_the_whole_one()
    {
        var (whole, cut) = (await Service.SubmittedAsync(Photos.Street), await Service.SubmittedAsync(Photos.Street[..^2]));

        Assert.Equal((JobState.Succeeded, JobState.Succeeded), (whole.State, cut.State));
        Assert.Equal(await Service.GetAsync(whole.Links["mask"]), await Service.GetAsync(cut.Links["mask"]));
    }

    [Fact]
    public async Task The_photo_of_a_tiff_that_holds_smaller_copies_of_it_is_the_one_at_full_resolution()
    {
        using var jpeg = Source.NewFromMemory(Photos.Street);
        using var photo = Image.NewFromSource(jpeg);
        var file = photo.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tile: true, pyramid: true);
        using var tiff = Source.NewFromMemory(file);
        using var second = Image.TiffloadSource(tiff, page: 1);
        Assert.Equal(photo.Width / 2, second.Width);

        var job = await Service.SubmittedAsync(file, "image/tiff");

        Assert.Equal((JobState.Succeeded, "tiff", photo.Width, photo.Height), (job.State, job.Image!.Format, job.Image.Width, job.Image.Height));
    }

    [Fact]
    public async Task A_photo_deleted_before_it_is_read_fails_its_job_as_missing()
    {
        var path = $"tests/{Guid.NewGuid()}/gone.jpg";
        var blob = Service.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(path);
        var cancel = TestContext.Current.CancellationToken;

        // The event of a photo that was there and is gone, as a slow queue would deliver it.
        var id = WorkId.ForDrop(Containers.Uploads, path, "0x1");
        Assert.False(await blob.ExistsAsync(cancel));
        await SendAsync(BlobCreatedEvent.For(Containers.Uploads, path, "0x1", 10));

        var job = await Service.EndedAsync(id);
        Assert.Equal((JobState.Failed, "upload-missing"), (job.State, job.Failure!.Code));
    }

    [Fact]
    public async Task A_photo_replaced_before_it_is_read_fails_the_job_of_the_old_version_only()
    {
        var path = $"tests/{Guid.NewGuid()}/replaced.jpg";
        var current = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), path);
        await SendAsync(BlobCreatedEvent.For(Containers.Uploads, path, "0xOLD", 10));

        var old = await Service.EndedAsync(WorkId.ForDrop(Containers.Uploads, path, "0xOLD"));

        Assert.Equal((JobState.Failed, "upload-missing"), (old.State, old.Failure!.Code));
        Assert.Equal(JobState.Succeeded, current.State);
    }

    [Theory]
    [InlineData("../jobs/secret.json")]
    [InlineData("a/../../jobs/secret.json")]
    [InlineData("a/./b.jpg")]
    public async Task An_event_whose_name_climbs_out_of_the_container_fails_its_job_and_reads_nothing(string path)
    {
        await SendAsync(BlobCreatedEvent.For(Containers.Uploads, path, "", 10));

        var job = await Service.EndedAsync(WorkId.ForDrop(Containers.Uploads, path, ""));

        Assert.Equal((JobState.Failed, "upload-name-invalid"), (job.State, job.Failure!.Code));
    }

    [Theory]
    [InlineData("empty", "image-empty", HttpStatusCode.UnprocessableEntity)]
    [InlineData("text named jpg", "image-format-unsupported", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("png bomb", "image-too-many-pixels", HttpStatusCode.UnprocessableEntity)]
    [InlineData("animated webp", "image-animated", HttpStatusCode.UnprocessableEntity)]
    public async Task A_body_whose_header_shows_that_it_is_bad_is_refused_at_once(string kind, string code, HttpStatusCode status)
    {
        using var body = new ByteArrayContent(BadPhotos.Of(kind));
        body.Headers.ContentType = new("image/jpeg");

        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains($"\"code\":\"{code}\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private async Task SendAsync(BlobCreatedEvent created) =>
        await Service.Queues.GetQueueClient(Queues.UploadsCreated).SendMessageAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(created, JobJson.Default.BlobCreatedEvent)),
            cancellationToken: TestContext.Current.CancellationToken);
}
