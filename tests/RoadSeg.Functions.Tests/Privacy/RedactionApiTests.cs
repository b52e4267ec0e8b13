using System.IO.Compression;
using System.Net;
using RoadSeg.Client;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Redaction;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Privacy;

/// <summary>Redaction as callers see it, with the model that ships.</summary>
public sealed class RedactionApiTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [InlineData("body")]
    [InlineData("key")]
    public async Task Everything_that_is_answered_is_made_of_the_redacted_photo(string way)
    {
        byte[] photo = [.. Photos.JpegWithExif(Photos.Street, ExifBlock.Sydney().ToArray()), .. Guid.NewGuid().ToByteArray()];
        var about = new UploadRequest { FileName = "street.jpg", Privacy = JobPrivacy.Redact | JobPrivacy.NoLocation };
        using var content = new MemoryStream(photo);
        var sent = way == "key" ? await Service.Client.UploadAsync(content, about, cancel: Cancel) : await Service.Client.SubmitAsync(photo, about, cancel: Cancel);

        var job = await Service.EndedAsync(sent.Id);

        Assert.Equal((JobState.Succeeded, about.Privacy, "jpeg"), (job.State, job.Privacy, job.Image!.Format));
        Assert.Null(job.Captured!.Position);
        var done = job.Redaction!;
        Assert.Equal(["car", "pedestrian", "bicyclist"], done.Classes);
        Assert.InRange(done.Share, 0.001, 0.9);
        Assert.Equal(new RedactionRule().MarginOf(job.Image.Width, job.Image.Height), done.Margin);

        var summary = await Service.Client.GetSummaryAsync(job.Id, cancel: Cancel);
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits()).Ids;
        var hidden = summary.Classes.Where(label => done.Classes.Contains(label.Name)).Select(label => (byte)label.Id).ToHashSet();
        var kept = await StoredAsync(job.Id);
        var (shown, exported) = (await Service.GetAsync(job.Links["overlay"] + "?opacity=0"), await ExportedAsync(job.Id));
        Assert.Equal(kept, exported);
        foreach (var file in (byte[][])[kept, shown])
        {
            var pixels = Photos.Decode(file).Pixels;
            var clear = Enumerable.Range(0, mask.Length).Count(at => hidden.Contains(mask[at]) && Math.Abs(pixels[3 * at] - RedactedPhoto.Cover) > 24);
            Assert.InRange(clear, 0, mask.Length / 10_000);
            Assert.Equal(-1, file.AsSpan().IndexOf("Exif"u8));
        }

        // The rest is as it was, as far as a JPEG can be.
        var (before, after) = (Photos.Decode(photo).Pixels, Photos.Decode(kept).Pixels);
        Assert.InRange(Enumerable.Range(0, before.Length).Count(at => Math.Abs(before[at] - after[at]) > 40) / (double)before.Length, 0, 1.2 * done.Share);
        foreach (var container in (string[])[Containers.Uploads, Containers.Submitted])
            Assert.False(await Service.Blobs.GetBlobContainerClient(container).GetBlobClient(BlobPaths.Upload(job.Id)).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task Before_its_photo_is_redacted_no_job_answers_anything_of_it()
    {
        var ticket = await Service.Client.IssueUploadKeyAsync(new UploadRequest { Redact = ["people"] }, cancel: Cancel);
        Assert.Equal(JobPrivacy.Redact, (await Service.Client.GetAsync(ticket.Id, Cancel)).Privacy);

        foreach (var part in (string[])["overlay", "overlay?width=480&opacity=0", "mask", "review"])
        {
            using var refused = await Service.SendAsync(HttpMethod.Get, $"/v1/jobs/{ticket.Id}/{part}");
            Assert.False(refused.IsSuccessStatusCode);
        }

        // Whatever a record says: one that succeeded without its photo being redacted shows none.
        await Service.Jobs.TryMoveAsync(ticket.Id, JobState.Canceled, static record => record, Cancel);
        Assert.Null((await Service.Jobs.FindAsync(ticket.Id, Cancel))!.Value.Shown);
    }

    [Theory]
    [InlineData("plate")]
    [InlineData("car,plate")]
    public async Task A_class_that_the_model_does_not_know_is_refused_before_anything_is_kept(string classes)
    {
        var refused = await Assert.ThrowsAsync<RoadSegApiException>(() => Service.Client.SubmitAsync(Photos.Street, new UploadRequest { Redact = classes.Split(',') }, cancel: Cancel));
        var key = await Assert.ThrowsAsync<RoadSegApiException>(() => Service.Client.IssueUploadKeyAsync(new UploadRequest { Redact = classes.Split(',') }, cancel: Cancel));

        Assert.Equal(("redaction-unavailable", "redaction-unavailable"), (refused.Code, key.Code));
        Assert.Contains("pedestrian", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?redact=")]
    [InlineData("?redact=car,")]
    [InlineData("?privacy=redact,redact")]
    [InlineData("?privacy=redact&privacy=")]
    public async Task A_wish_that_cannot_be_read_is_refused(string query)
    {
        using var body = new ByteArrayContent(Photos.Street) { Headers = { ContentType = new("image/jpeg") } };
        using var refused = await Service.Api.PostAsync(new Uri("/v1/jobs" + query, UriKind.Relative), body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private async Task<byte[]> StoredAsync(WorkId id)
    {
        var photo = (await Service.Jobs.FindAsync(id, Cancel))!.Value.Shown!;
        return (await Service.Blobs.GetBlobContainerClient(photo.Container).GetBlobClient(photo.Path).DownloadContentAsync(Cancel)).Value.Content.ToArray();
    }

    private async Task<byte[]> ExportedAsync(WorkId id)
    {
        await using var zip = new ZipArchive(await Service.Api.GetStreamAsync(new Uri($"/v1/review/export?name=chosen&job={id}", UriKind.Relative), Cancel));
        await using var photo = await zip.Entries.Single(entry => entry.FullName == $"images/{id}.jpeg").OpenAsync(Cancel);
        using var bytes = new MemoryStream();
        await photo.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }
}
