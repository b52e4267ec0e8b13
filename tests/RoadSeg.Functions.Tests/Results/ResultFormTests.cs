using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Results;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Results;

public sealed class ResultFormTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    public static TheoryData<string> Results => ["mask", "color", "overlay", "confidence", "summary", "polygons"];

    [Fact]
    public async Task Confidence_is_a_grey_picture_of_the_masks_size_that_agrees_with_the_summary()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var confidence = MaskPng.Decode(await Service.GetAsync(job.Links["confidence"]), new ImageLimits());
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        var summary = await SummaryAsync(job);

        Assert.Null(confidence.Palette);
        Assert.Equal((mask.Width, mask.Height), (confidence.Width, confidence.Height));
        foreach (var label in summary.Classes.Where(label => label.Pixels > 0))
        {
            var mean = Enumerable.Range(0, mask.Ids.Length).Where(i => mask.Ids[i] == label.Id).Average(i => confidence.Ids[i] / 255.0);
            Assert.InRange(Math.Abs(mean - label.MeanConfidence!.Value), 0, ConfidencePng.MaxError / 255.0);
        }
    }

    [Fact]
    public async Task The_summary_names_the_classes_that_are_there_and_what_made_it()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var summary = await SummaryAsync(job);

        Assert.Equal(summary.Classes.Where(label => label.Pixels > 0).Select(label => label.Id), summary.Present);
        Assert.Equal(ModelPackage.Load(Checkout.File("models/default")).Manifest.Preprocess, summary.Preprocess);
        Assert.Equal((job.Result!.ModelSha256, "cpu"), (summary.Model.ModelSha256, summary.Model.Provider));
    }

    [Fact]
    public async Task Polygons_and_run_lengths_give_the_mask_back_exactly()
    {
        var job = await Service.DroppedAsync(Photos.Street);
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());

        var regions = await RegionsAsync($"{job.Links["polygons"]}?minArea=1");

        var filled = new int[mask.Ids.Length];
        var decoded = new int[mask.Ids.Length];
        foreach (var label in regions.Classes)
        {
            foreach (var ring in label.Polygons.SelectMany(polygon => polygon.Coordinates))
                Fill(ring, label.Id, filled, mask.Width);
            var at = 0;
            foreach (var (count, inside) in label.UncompressedRle.Counts.Select((count, i) => (count, i % 2 == 1)))
            {
                for (var end = at + count; at < end; at++)
                    decoded[(at % mask.Height * mask.Width) + (at / mask.Height)] += inside ? label.Id : 0;
            }
        }

        Assert.Equal(mask.Ids.Select(id => (int)id), filled);
        Assert.Equal(mask.Ids.Select(id => (int)id), decoded);
        Assert.False(regions.Truncated);
        var summary = await SummaryAsync(job);
        Assert.Equal(
            summary.Classes.Where(label => label.Pixels > 0).Select(label => (label.Id, label.Name, label.Color, label.Pixels)),
            regions.Classes.Select(label => (label.Id, label.Name, label.Color, label.Pixels)));
    }

    [Fact]
    public async Task Polygons_are_coarser_and_fewer_when_asked_to_be()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var exact = await RegionsAsync(job.Links["polygons"]);
        var coarse = await RegionsAsync($"{job.Links["polygons"]}?minArea=1000&tolerance=2.5");

        Assert.Equal((64, 0), (exact.MinArea, exact.Tolerance));
        Assert.Equal((1000, 2.5), (coarse.MinArea, coarse.Tolerance));
        Assert.InRange(Corners(coarse), 1, Corners(exact) / 3);
        Assert.All(coarse.Classes.SelectMany(label => label.Polygons), polygon => Assert.InRange(polygon.Area, 1000, long.MaxValue));
    }

    [Theory]
    [InlineData("minArea=0")]
    [InlineData("minArea=-1")]
    [InlineData("minArea=many")]
    [InlineData("minArea=99999999999")]
    [InlineData("tolerance=-1")]
    [InlineData("tolerance=101")]
    [InlineData("tolerance=NaN")]
    [InlineData("tolerance=1e9")]
    public async Task A_polygon_parameter_out_of_range_is_refused(string query)
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"));

        using var answer = await Service.Api.GetAsync(new Uri($"{job.Links["polygons"]}?{query}", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(query.Split('=')[0], await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Results))]
    public async Task Every_result_is_cacheable_for_good_ranged_and_headed(string result)
    {
        var job = await Service.DroppedAsync(Photos.Fixture("upright.png"));
        using var whole = await SendAsync(HttpMethod.Get, job.Links[result]);
        var content = await whole.Content.ReadAsByteArrayAsync(Cancel);

        using var part = await SendAsync(HttpMethod.Get, job.Links[result], headers => headers.Range = new RangeHeaderValue(5, 20));
        using var beyond = await SendAsync(HttpMethod.Get, job.Links[result], headers => headers.Range = new RangeHeaderValue(content.Length, null));
        using var head = await SendAsync(HttpMethod.Head, job.Links[result]);
        using var known = await SendAsync(HttpMethod.Get, job.Links[result], headers => headers.IfNoneMatch.Add(whole.Headers.ETag!));
        using var weak = await SendAsync(HttpMethod.Head, job.Links[result], headers => headers.IfNoneMatch.ParseAdd($"\"other\", W/{whole.Headers.ETag}"));
        using var stale = await SendAsync(HttpMethod.Get, job.Links[result], headers => headers.IfNoneMatch.ParseAdd("\"other\""));

        Assert.Contains("immutable", whole.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(content[5..21], await part.Content.ReadAsByteArrayAsync(Cancel));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
        Assert.Equal((HttpStatusCode.OK, content.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Equal(whole.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        foreach (var unchanged in new[] { known, weak })
        {
            Assert.Equal((HttpStatusCode.NotModified, whole.Headers.ETag), (unchanged.StatusCode, unchanged.Headers.ETag));
            Assert.Contains("immutable", unchanged.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(content, await stale.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Fact]
    public async Task Answers_shaped_by_other_parameters_have_other_tags()
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"));
        string[] addresses =
        [
            job.Links["overlay"], job.Links["overlay"] + "?opacity=0.4", job.Links["overlay"] + "?format=webp", job.Links["overlay"] + "?width=40",
            job.Links["polygons"], job.Links["polygons"] + "?minArea=1", job.Links["polygons"] + "?tolerance=1", job.Links["mask"], job.Links["confidence"],
        ];

        var tags = new List<EntityTagHeaderValue?>();
        foreach (var address in addresses)
        {
            using var answer = await SendAsync(HttpMethod.Head, address);
            tags.Add(answer.Headers.ETag);
        }

        Assert.DoesNotContain(null, tags);
        Assert.Equal(addresses.Length, tags.Distinct().Count());
    }

    [Fact]
    public async Task A_caller_who_has_a_result_needs_no_file_to_be_read_again()
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"));
        using var whole = await SendAsync(HttpMethod.Get, job.Links["mask"]);
        var results = Service.Blobs.GetBlobContainerClient(Containers.Results);
        await foreach (var file in results.GetBlobsAsync(BlobTraits.None, BlobStates.None, $"{job.Id}/", Cancel))
            await results.DeleteBlobAsync(file.Name, cancellationToken: Cancel);

        using var known = await SendAsync(HttpMethod.Get, job.Links["mask"], headers => headers.IfNoneMatch.Add(whole.Headers.ETag!));
        using var gone = await SendAsync(HttpMethod.Get, job.Links["mask"]);

        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal(HttpStatusCode.Gone, gone.StatusCode);
        Assert.DoesNotContain("immutable", gone.Headers.CacheControl?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_probabilities_has_no_confidence_and_says_so()
    {
        // What a model that answers class ids leaves: a summary without confidence and no plane of it.
        var summary = await SummaryAsync(await Service.DroppedAsync(Photos.Fixture("grey.jpg")));
        var plain = summary with { Classes = [.. summary.Classes.Select(label => label with { MeanConfidence = null })] };
        var id = await StoredAsync(plain);

        using var answer = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/confidence");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("confidence-unavailable", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_overlay_too_long_for_WebP_is_refused_and_given_as_jpeg_or_reduced()
    {
        var job = await Service.DroppedAsync(Photos.File(new RgbImage(16_400, 64, new byte[16_400 * 64 * 3]), "jpeg", 1));

        using var refused = await SendAsync(HttpMethod.Get, job.Links["overlay"] + "?format=webp");
        using var jpeg = await SendAsync(HttpMethod.Get, job.Links["overlay"]);
        using var reduced = await SendAsync(HttpMethod.Get, job.Links["overlay"] + "?format=webp&width=2048");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("take jpeg or a smaller width", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (jpeg.StatusCode, reduced.StatusCode));
    }

    [Fact]
    public async Task A_mask_of_noise_is_refused_polygons_and_keeps_its_other_forms()
    {
        var noise = new byte[1200 * 1000];
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (byte)(((i / 1200) + i) & 1);
        var summary = await SummaryAsync(await Service.DroppedAsync(Photos.Fixture("grey.jpg")));
        var id = await StoredAsync(summary, MaskPng.Encode(noise, 1200, 1000, ModelPackage.Load(Checkout.File("models/default")).Manifest.Labels));

        using var polygons = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/polygons");
        using var color = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}/color");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, polygons.StatusCode);
        Assert.Contains("mask-too-complex", await polygons.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, color.StatusCode);
    }

    private static int Corners(MaskRegions regions) => regions.Classes.Sum(label => label.Polygons.Sum(polygon => polygon.Coordinates.Sum(ring => ring.Count)));

    // A closed ring toggles what lies to the right of its upright sides; a hole takes away what its outer ring gave.
    private static void Fill(Ring ring, int id, int[] filled, int width)
    {
        for (var i = 0; i < ring.Count; i++)
        {
            var (a, b) = (ring[i], ring[(i + 1) % ring.Count]);
            for (var y = Math.Min(a.Y, b.Y); y < Math.Max(a.Y, b.Y); y++)
            {
                for (var x = a.X; x < width; x++)
                    filled[(y * width) + x] += b.Y > a.Y ? -id : id;
            }
        }
    }

    // A result whose parts are files of their own, as they were before they became one.
    private async Task<WorkId> StoredAsync(ResultSummary summary, byte[]? mask = null)
    {
        var id = await SucceededJob.CreateAsync(Service.Jobs);
        var results = Service.Blobs.GetBlobContainerClient(Containers.Results);
        await results.GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Summary)).UploadAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(summary, JobJson.Default.ResultSummary)), Cancel);
        if (mask is not null)
            await results.GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Mask)).UploadAsync(BinaryData.FromBytes(mask), Cancel);
        return id;
    }

    private async Task<ResultSummary> SummaryAsync(JobView job) =>
        JsonSerializer.Deserialize(await Service.GetAsync(job.Links["summary"]), JobJson.Default.ResultSummary)!;

    private async Task<MaskRegions> RegionsAsync(string path) =>
        JsonSerializer.Deserialize(await Service.GetAsync(path), ResultJson.Default.MaskRegions)!;

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        headers?.Invoke(request.Headers);
        return await Service.Api.SendAsync(request, Cancel);
    }
}
