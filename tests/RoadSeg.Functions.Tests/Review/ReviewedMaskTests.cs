using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Datasets;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Review;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Review;

/// <summary>A result that a person corrected: saved, not overwritten unseen, exported as a person's, and gone with its job.</summary>
public sealed class ReviewedMaskTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Fact]
    public async Task A_corrected_mask_is_saved_with_who_when_and_how_many_pixels_and_is_served_again()
    {
        var (job, own) = await MadeAsync(101);
        var ids = own.Ids.ToArray();
        var (from, to) = (ids[0], (byte)(ids[0] == 3 ? 4 : 3));
        ids.AsSpan(0, 50).Fill(to);
        ids.AsSpan(50, 7).Fill(JobReview.UnknownId);
        var expected = ids.Zip(own.Ids).Count(pair => pair.First != pair.Second);

        using var saved = await PutAsync(job, GrayPng.Encode(ids, own.Width, own.Height), "?by=Ana%20M.");

        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        var review = (await saved.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Review!;
        Assert.Equal(("Ana M.", (long)expected, 7L), (review.By, review.Changed, review.Unknown));
        Assert.Equal(saved.Headers.ETag!.Tag, $"\"{review.Version}\"");
        Assert.Equal(own.Ids.Length, review.Classes.Sum(label => label.Pixels) + review.Unknown);
        Assert.Equal(ids.Count(id => id == to), review.Classes[to].Pixels);
        Assert.Equal(own.Ids.AsSpan(0, 50).ToArray().Count(id => id != to), review.Classes[to].Changed);
        Assert.InRange(review.At, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddSeconds(5));
        Assert.Equal(0, review.Classes[from].Changed);

        using var served = await Service.Api.GetAsync(Address(job), Cancel);
        Assert.Equal(saved.Headers.ETag, served.Headers.ETag);
        var mask = MaskPng.Decode(await served.Content.ReadAsByteArrayAsync(Cancel), ImageLimits.Default);
        Assert.Equal(ids, mask.Ids);
        Assert.Equal(own.Palette![to], mask.Palette![to]);
        using var again = new HttpRequestMessage(HttpMethod.Get, Address(job)) { Headers = { IfNoneMatch = { served.Headers.ETag! } } };
        using var unchanged = await Service.Api.SendAsync(again, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        var shown = (await Service.Api.GetFromJsonAsync(new Uri($"/v1/jobs/{job.Id}", UriKind.Relative), JobJson.Default.JobView, Cancel))!;
        Assert.Equal((review.Version, $"/v1/jobs/{job.Id}/review"), (shown.Review!.Version, shown.Links["review"]));
        Assert.Equal(own.Ids, (await OwnAsync(job)).Ids);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task An_If_Match_that_is_no_ETag_changes_nothing(string method)
    {
        // The fault: the version as the job shows it, without quotation marks, was read as no condition at all.
        var (job, own) = await MadeAsync(method == "PUT" ? 108 : 109);
        using var saved = await PutAsync(job, Painted(own, 3));
        using var request = new HttpRequestMessage(new HttpMethod(method), Address(job)) { Content = new ByteArrayContent(Painted(own, 4)) { Headers = { ContentType = new("image/png") } } };
        request.Headers.TryAddWithoutValidation("If-Match", saved.Headers.ETag!.Tag.Trim('"'));

        using var refused = await Service.Api.SendAsync(request, Cancel);

        Assert.Equal("request-invalid", await CodeAsync(refused, HttpStatusCode.BadRequest));
        Assert.Equal(3, MaskPng.Decode(await Service.Api.GetByteArrayAsync(Address(job), Cancel), ImageLimits.Default).Ids[0]);
    }

    [Fact]
    public async Task Who_read_the_job_before_a_later_save_still_gets_a_person_s_mask()
    {
        // The fault: an export that had begun before took the model's mask, since the file that it knew was replaced.
        var (job, own) = await MadeAsync(110);
        using var first = await PutAsync(job, Painted(own, 3));
        var jobs = Service.Services.GetRequiredService<JobStore>();
        var read = (await jobs.FindAsync(job.Id, Cancel))!.Value;
        using var second = await PutAsync(job, Painted(own, 4), match: first.Headers.ETag);

        var found = await Service.Services.GetRequiredService<ReviewedMasks>().FindAsync(read, Cancel);

        Assert.Equal((byte)4, MaskPng.Decode(found!.Value.Png.Span, ImageLimits.Default).Ids[0]);
        Assert.Equal(second.Headers.ETag!.Tag, $"\"{found.Value.Review.Version}\"");
    }

    [Fact]
    public async Task Nobody_replaces_what_he_has_not_seen_and_the_mask_before_is_not_kept()
    {
        var (job, own) = await MadeAsync(102);
        var (first, second) = (Painted(own, 3), Painted(own, 4));
        using var none = await Service.Api.GetAsync(Address(job), Cancel);
        Assert.Equal("review-not-found", await CodeAsync(none, HttpStatusCode.NotFound));

        using var saved = await PutAsync(job, first);
        var known = saved.Headers.ETag!;
        using var unseen = await PutAsync(job, second);
        Assert.Equal("review-changed", await CodeAsync(unseen, HttpStatusCode.PreconditionFailed));
        using var stale = await PutAsync(job, second, match: new EntityTagHeaderValue("\"00\""));
        Assert.Equal("review-changed", await CodeAsync(stale, HttpStatusCode.PreconditionFailed));
        Assert.Equal(3, MaskPng.Decode(await Service.Api.GetByteArrayAsync(Address(job), Cancel), ImageLimits.Default).Ids[0]);

        // The answer to a first try may have been lost: the same again is no conflict with itself.
        using var repeated = await PutAsync(job, first);
        Assert.Equal((HttpStatusCode.OK, known), (repeated.StatusCode, repeated.Headers.ETag));

        using var seen = await PutAsync(job, second, match: known);
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        using var late = await Service.Api.SendAsync(Delete(job, known), Cancel);
        Assert.Equal("review-changed", await CodeAsync(late, HttpStatusCode.PreconditionFailed));
        Assert.Equal([$"{job.Id}/review-{seen.Headers.ETag!.Tag.Trim('"')}.png"], await StoredAsync(job));
        using var any = await PutAsync(job, first, match: EntityTagHeaderValue.Any);
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);

        for (var time = 0; time < 2; time++)
        {
            using var back = await Service.Api.SendAsync(Delete(job, null), Cancel);
            Assert.Equal(HttpStatusCode.NoContent, back.StatusCode);
        }

        using var gone = await Service.Api.GetAsync(Address(job), Cancel);
        Assert.Equal("review-not-found", await CodeAsync(gone, HttpStatusCode.NotFound));
        Assert.Empty(await StoredAsync(job));
        using var match = await PutAsync(job, first, match: known);
        Assert.Equal("review-changed", await CodeAsync(match, HttpStatusCode.PreconditionFailed));
    }

    // Of many who save at once one is kept, and the files of the others are not.
    [Fact]
    public async Task Of_several_who_save_at_once_one_wins_and_the_others_hear_of_it()
    {
        var (job, own) = await MadeAsync(103);
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(id => PutAsync(job, Painted(own, (byte)id), "?by=" + id)));
        try
        {
            Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
            Assert.Equal(3, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
            Assert.Single(await StoredAsync(job));
        }
        finally
        {
            foreach (var answer in answers)
                answer.Dispose();
        }
    }

    [Fact]
    public async Task What_is_no_mask_of_the_photo_is_refused_and_changes_nothing()
    {
        var (job, own) = await MadeAsync(104);
        var labels = Labels(own);
        var wrong = own.Ids.ToArray();
        wrong[(own.Width * 2) + 5] = 77;
        var swapped = new LabelCatalogue([.. labels.Classes.Select((label, at) => at > 1 ? label : label with { Color = labels.Classes[1 - at].Color })], null);
        var png = Painted(own, 3);
        (byte[] Body, HttpStatusCode Status, string Code, string Says)[] cases =
        [
            (GrayPng.Encode(new byte[12], 4, 3), HttpStatusCode.UnprocessableEntity, "mask-invalid", $"{own.Width} x {own.Height}"),
            (GrayPng.Encode(wrong, own.Width, own.Height), HttpStatusCode.UnprocessableEntity, "mask-invalid", "Pixel (5, 2) has the value 77"),
            (MaskPng.Encode(Filled(own, 0), own.Width, own.Height, swapped), HttpStatusCode.UnprocessableEntity, "mask-invalid", "numbered anew"),
            (Photos.Street, HttpStatusCode.UnsupportedMediaType, "image-format-unsupported", "no PNG"),
            (png[..^40], HttpStatusCode.UnprocessableEntity, "image-corrupt", "cut short"),
            ([], HttpStatusCode.UnprocessableEntity, "image-empty", "no bytes"),
            (new byte[(16 << 20) + 1], HttpStatusCode.RequestEntityTooLarge, "image-too-many-bytes", "16 MiB"),
        ];
        foreach (var (body, status, code, says) in cases)
        {
            using var refused = await PutAsync(job, body);
            var problem = (await refused.Content.ReadFromJsonAsync(ApiJson.Default.Problem, Cancel))!;
            Assert.Equal((status, code), (refused.StatusCode, problem.Code));
            if (code != "image-too-many-bytes")
                Assert.Contains(says, problem.Detail, StringComparison.Ordinal);
        }

        using var typed = await PutAsync(job, png, type: "image/jpeg");
        Assert.Equal("content-type-unsupported", await CodeAsync(typed, HttpStatusCode.UnsupportedMediaType));
        using var named = await PutAsync(job, png, "?by=" + new string('x', 65));
        Assert.Equal("request-invalid", await CodeAsync(named, HttpStatusCode.BadRequest));
        using var nobody = await Service.Api.GetAsync(new Uri("/v1/jobs/0000000000000000000000000a/review", UriKind.Relative), Cancel);
        Assert.Equal("job-not-found", await CodeAsync(nobody, HttpStatusCode.NotFound));
        Assert.Empty(await StoredAsync(job));
    }

    [Fact]
    public async Task An_export_takes_a_persons_mask_for_the_models_and_says_so()
    {
        var (corrected, own) = await MadeAsync(105);
        var (left, _) = await MadeAsync(106);
        var ids = Filled(own, 3);
        ids[0] = JobReview.UnknownId;
        using var saved = await PutAsync(corrected, GrayPng.Encode(ids, own.Width, own.Height));
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);
        var chosen = $"/v1/review/export?name=both&job={corrected.Id}&job={left.Id}";

        await using (var zip = await OpenAsync(chosen))
        {
            var mask = MaskPng.Decode(await ReadAsync(zip, $"masks/{corrected.Id}.png"), ImageLimits.Default);
            Assert.Equal(ids, mask.Ids);
            Assert.Equal((await OwnAsync(left)).Ids, MaskPng.Decode(await ReadAsync(zip, $"masks/{left.Id}.png"), ImageLimits.Default).Ids);
            var spec = DatasetSpecJson.Parse(await ReadAsync(zip, "dataset.json"));
            Assert.Equal([$"{corrected.Id}"], spec.Reviewed);
            Assert.Equal("ignore", spec.Labels!.Map!["255"].GetString());
        }

        await using (var zip = await OpenAsync(chosen + "&to=label-studio"))
        {
            using var tasks = JsonDocument.Parse(await ReadAsync(zip, "tasks.json"));
            Assert.Equal([("annotations", corrected), ("predictions", left)], tasks.RootElement.EnumerateArray().Select(task =>
                (task.TryGetProperty("annotations", out _) ? "annotations" : "predictions", task.GetProperty("data").GetProperty("name").GetString() == $"{left.Id}" ? left : corrected)));
        }

        await using (var zip = await OpenAsync(chosen + "&to=cvat"))
        {
            var images = XDocument.Load(new MemoryStream(await ReadAsync(zip, "annotations.xml"))).Descendants("image").ToList();
            Assert.Equal([["manual"], ["auto"]], images.Select(image => image.Elements("mask").Select(mask => mask.Attribute("source")!.Value).Distinct().ToArray()));
        }
    }

    [Fact]
    public async Task The_list_says_what_is_reviewed_and_shows_either_kind()
    {
        var (corrected, own) = await MadeAsync(107);
        var (left, _) = await MadeAsync(108);
        using var saved = await PutAsync(corrected, Painted(own, 3));
        Assert.Equal(HttpStatusCode.OK, saved.StatusCode);

        var doubted = (await ListAsync("?below=1&above=1&limit=100")).Items;
        Assert.Equal((true, false), (doubted.Single(item => item.Id == corrected.Id).Reviewed, doubted.Single(item => item.Id == left.Id).Reviewed));
        Assert.Equal($"/v1/jobs/{corrected.Id}/review", doubted.Single(item => item.Id == corrected.Id).Links["review"]);
        var open = (await ListAsync("?below=1&above=1&limit=100&reviewed=false")).Items;
        Assert.Contains(open, item => item.Id == left.Id);
        Assert.DoesNotContain(open, item => item.Id == corrected.Id);

        // In doubt or not.
        var done = (await ListAsync("?below=0&above=1&limit=100&reviewed=true")).Items;
        Assert.Contains(done, item => item.Id == corrected.Id);
        Assert.All(done, item => Assert.True(item.Reviewed));
        using var refused = await Service.Api.GetAsync(new Uri("/v1/review?reviewed=perhaps", UriKind.Relative), Cancel);
        Assert.Equal("request-invalid", await CodeAsync(refused, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Erasing_a_job_deletes_what_a_person_made_of_it()
    {
        var (job, own) = await MadeAsync(109);
        using var saved = await PutAsync(job, Painted(own, 3), "?by=Ana");
        Assert.Single(await StoredAsync(job));

        using var erased = await Service.Api.DeleteAsync(new Uri($"/v1/jobs/{job.Id}?erase=true", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NoContent, erased.StatusCode);
        Assert.Empty(await StoredAsync(job));
        var record = await Service.Blobs.GetBlobContainerClient(Containers.Jobs).GetBlobClient(BlobPaths.Job(job.Id)).DownloadContentAsync(Cancel);
        Assert.DoesNotContain("Ana", record.Value.Content.ToString(), StringComparison.Ordinal);
        using var late = await PutAsync(job, Painted(own, 4));
        Assert.Equal("job-not-found", await CodeAsync(late, HttpStatusCode.NotFound));
    }

    // Bytes behind its end make the photo one of its own.
    private async Task<(JobView Job, IndexedImage Own)> MadeAsync(int own)
    {
        var job = await Service.DroppedAsync([.. Photos.Street, .. new byte[own]]);
        return (job, await OwnAsync(job));
    }

    private async Task<IndexedImage> OwnAsync(JobView job) =>
        MaskPng.Decode(await Service.Api.GetByteArrayAsync(new Uri(job.Links["mask"], UriKind.Relative), Cancel), ImageLimits.Default);

    private static byte[] Filled(IndexedImage own, byte id)
    {
        var ids = new byte[own.Ids.Length];
        ids.AsSpan().Fill(id);
        return ids;
    }

    private static byte[] Painted(IndexedImage own, byte id) => GrayPng.Encode(Filled(own, id), own.Width, own.Height);

    private static LabelCatalogue Labels(IndexedImage own) =>
        new([.. own.Palette!.Take(3).Select((color, id) => new LabelClass(id, $"class {id}", color))], null);

    private static Uri Address(JobView job, string query = "") => new($"/v1/jobs/{job.Id}/review{query}", UriKind.Relative);

    private async Task<HttpResponseMessage> PutAsync(JobView job, byte[] png, string query = "", EntityTagHeaderValue? match = null, string type = "image/png")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, Address(job, query)) { Content = new ByteArrayContent(png) { Headers = { ContentType = new(type) } } };
        if (match is not null)
            request.Headers.IfMatch.Add(match);
        return await Service.Api.SendAsync(request, Cancel);
    }

    private static HttpRequestMessage Delete(JobView job, EntityTagHeaderValue? match)
    {
        var request = new HttpRequestMessage(HttpMethod.Delete, Address(job));
        if (match is not null)
            request.Headers.IfMatch.Add(match);
        return request;
    }

    private static async Task<string> CodeAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        Assert.Equal(status, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(ApiJson.Default.Problem, Cancel))!.Code;
    }

    // Reviewed masks in storage.
    private async Task<string[]> StoredAsync(JobView job) =>
        await Service.Blobs.GetBlobContainerClient(Containers.Results)
            .GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{job.Id}/review-", Cancel)
            .Select(blob => blob.Name)
            .ToArrayAsync(Cancel);

    private async Task<ZipArchive> OpenAsync(string address) => new(await Service.Api.GetStreamAsync(new Uri(address, UriKind.Relative), Cancel));

    private static async Task<byte[]> ReadAsync(ZipArchive zip, string entry)
    {
        await using var content = await zip.GetEntry(entry)!.OpenAsync(Cancel);
        using var bytes = new MemoryStream();
        await content.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<ReviewPage> ListAsync(string query) => (await Service.Api.GetFromJsonAsync(new Uri("/v1/review" + query, UriKind.Relative), JobJson.Default.ReviewPage, Cancel))!;
}
