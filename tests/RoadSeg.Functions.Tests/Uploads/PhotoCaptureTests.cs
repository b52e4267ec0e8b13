using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RoadSeg.Capture;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>When, where and with what a photo was taken, from its file to every answer; and what is kept of it where its caller does not want to say where.</summary>
public sealed class PhotoCaptureTests(ServiceFixture fixture)
{
    private static readonly byte[] Photo = Photos.JpegWithExif(Photos.Street, ExifBlock.Sydney().ToArray());
    private static readonly Captured Sydney = CaptureReader.Read(Photo, ImageFormat.Jpeg)!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [InlineData("key")]
    [InlineData("body")]
    [InlineData("form")]
    [InlineData("drop")]
    public async Task What_a_photo_says_of_itself_stands_in_job_summary_and_record_whichever_way_it_came(string way)
    {
        var job = await SentAsync(way, null);

        Assert.Equal((JobState.Succeeded, Sydney), (job.State, job.Captured));
        Assert.Null(job.Privacy);
        Assert.Equal(Sydney, (await Service.Client.GetSummaryAsync(job.Id, cancel: Cancel)).Captured);
        var record = (await Service.Jobs.FindAsync(job.Id, Cancel))!.Value;
        Assert.Equal(Sydney, record.Captured);
        Assert.Equal(1, record.Shares!.Values.Sum(), 1e-4);
        var feature = await Service.Client.ListFeaturesAsync(cancel: Cancel).FirstAsync(one => one.Id == job.Id, Cancel);
        Assert.Equal([151.21436667, -33.85868333], feature.Geometry.Coordinates);
        Assert.Equal(58.3, feature.Properties.Altitude);
        Assert.Equal(("2026-03-01T13:34:56.78+11:00", JobState.Succeeded), (feature.Properties.CapturedAt, feature.Properties.State));
        Assert.Equal(record.Shares, feature.Properties.Shares);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("body")]
    [InlineData("form")]
    public async Task With_no_location_nothing_that_is_kept_or_answered_says_where_it_was(string way)
    {
        var job = await SentAsync(way, JobPrivacy.NoLocation);

        Assert.Equal((JobState.Succeeded, JobPrivacy.NoLocation), (job.State, job.Privacy));
        Assert.Equal(Sydney with { Position = null, Direction = null }, job.Captured);
        var kept = new List<byte[]>();
        foreach (var container in (string[])[Containers.Jobs, Containers.Results, Containers.Work])
        {
            await foreach (var blob in Service.Blobs.GetBlobContainerClient(container).GetBlobsAsync(cancellationToken: Cancel))
            {
                if (blob.Name.Contains($"{job.Id}", StringComparison.Ordinal))
                    kept.Add((await Service.Blobs.GetBlobContainerClient(container).GetBlobClient(blob.Name).DownloadContentAsync(Cancel)).Value.Content.ToArray());
            }
        }

        foreach (var answer in (string[])["", "/summary", "/overlay", "/mask", "/polygons"])
            kept.Add(await Service.GetAsync($"/v1/jobs/{job.Id}{answer}"));
        kept.Add(await ExportedAsync(job.Id));
        Assert.InRange(kept.Count, 8, 12);
        foreach (var said in (string[])["position", "direction", "latitude", "degrees", "Exif"])
            Assert.All(kept, bytes => Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(said))));
        Assert.Equal(Photos.Decode(Photo).Pixels, Photos.Decode(await ExportedAsync(job.Id)).Pixels);
        Assert.DoesNotContain(await Service.Client.ListFeaturesAsync(cancel: Cancel).ToListAsync(Cancel), one => one.Id == job.Id);
    }

    [Fact]
    public async Task A_photo_of_another_format_leaves_as_its_pixels_where_its_place_is_not_to_be_kept()
    {
        var photo = Photos.PngWithExif(PhotoEncoder.Png(Photos.Upright()), ExifBlock.Sydney().ToArray());
        var job = await Service.EndedAsync((await Service.Client.SubmitAsync(photo, new UploadRequest { Privacy = JobPrivacy.NoLocation }, cancel: Cancel)).Id);

        var exported = await ExportedAsync(job.Id);

        Assert.Null(CaptureReader.Read(exported, ImageFormat.Png));
        Assert.Equal(Photos.Upright().Pixels, Photos.Decode(exported).Pixels);
    }

    [Theory]
    [InlineData("?privacy=everything")]
    [InlineData("?privacy=")]
    [InlineData("?privacy=0")]
    [InlineData("?privacy=no-location&privacy=no-location")]
    public async Task A_wish_that_is_not_known_is_refused_with_those_that_are(string query)
    {
        using var body = new ByteArrayContent(Photo) { Headers = { ContentType = new("image/jpeg") } };
        using var refused = await Service.Api.PostAsync(new Uri("/v1/jobs" + query, UriKind.Relative), body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var said = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.Contains("request-invalid", said, StringComparison.Ordinal);
        Assert.True(said.Contains("no-location", StringComparison.Ordinal) || said.Contains("once, with a value", StringComparison.Ordinal), said);
    }

    [Theory]
    [InlineData("""{"privacy":"everything"}""")]
    [InlineData("""{"privacy":7}""")]
    public async Task An_upload_key_with_a_wish_that_is_not_known_is_refused_too(string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var refused = await Service.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var said = await refused.Content.ReadAsStringAsync(Cancel);
        Assert.True(said.Contains("no-location", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task A_broken_block_of_facts_fails_no_photo()
    {
        var photo = Photos.JpegWithExif(Photos.Fixture("grey.jpg"), [.. ExifBlock.Sydney().ToArray().AsSpan(0, 60), .. new byte[5]]);

        var job = await Service.EndedAsync((await Service.Client.SubmitAsync(photo, cancel: Cancel)).Id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Null(job.Captured?.Position);
    }

    [Fact]
    public async Task Of_an_erased_job_nothing_says_where_it_was()
    {
        var job = await SentAsync("body", null);
        await Service.Client.EraseAsync(job.Id, Cancel);

        var record = (await Service.Jobs.FindAsync(job.Id, Cancel))!.Value;
        Assert.Null(record.Captured);
        Assert.Null(record.Shares);
    }

    private async Task<JobView> SentAsync(string way, JobPrivacy? privacy)
    {
        // One photo of its own a job: of one that was sent twice the review lists the newest.
        byte[] photo = [.. Photo, .. Guid.NewGuid().ToByteArray()];
        var about = new UploadRequest { FileName = "sydney.jpg", Privacy = privacy };
        if (way == "drop")
            return await Service.DroppedAsync(photo);
        if (way == "body")
            return await Service.EndedAsync((await Service.Client.SubmitAsync(photo, about, cancel: Cancel)).Id);
        if (way == "key")
        {
            using var content = new MemoryStream(photo);
            return await Service.EndedAsync((await Service.Client.UploadAsync(content, about, cancel: Cancel)).Id);
        }

        using var form = new MultipartFormDataContent { { new ByteArrayContent(photo), "file", "sydney.jpg" } };
        if (privacy is { } wish)
            form.Add(new StringContent(wish.Name()), "privacy");
        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs/form", UriKind.Relative), form, Cancel);
        return await Service.EndedAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id);
    }

    private async Task<byte[]> ExportedAsync(WorkId id)
    {
        await using var zip = new ZipArchive(await Service.Api.GetStreamAsync(new Uri($"/v1/review/export?name=chosen&job={id}", UriKind.Relative), Cancel));
        await using var photo = await zip.Entries.Single(entry => entry.FullName.StartsWith("images/", StringComparison.Ordinal)).OpenAsync(Cancel);
        using var bytes = new MemoryStream();
        await photo.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }
}
