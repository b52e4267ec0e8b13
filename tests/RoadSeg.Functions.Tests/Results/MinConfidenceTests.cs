using System.Net;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Results;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>Results without what the model was not sure enough of. The job is four pixels: sky of 254 and 150, road of 154 and 102.</summary>
public sealed class MinConfidenceTests(StorageFixture storage) : IAsyncLifetime
{
    private static readonly LabelCatalogue Labels = new(
        [new LabelClass(0, "sky", RgbColor.Parse("#808080")), new LabelClass(1, "road", RgbColor.Parse("#804080"))],
        255
    );

    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("minConfidence=0", new byte[] { 0, 0, 1, 1 })]
    [InlineData("minConfidence=0.6", new byte[] { 0, 255, 1, 255 })]
    [InlineData("minConfidence=0.60", new byte[] { 0, 255, 1, 255 })]
    [InlineData("minConfidence=1", new byte[] { 255, 255, 255, 255 })]
    [InlineData("minConfidence=road:0.6", new byte[] { 0, 0, 1, 255 })]
    [InlineData("minConfidence=0.6&minConfidence=road:0.4", new byte[] { 0, 255, 1, 1 })]
    [InlineData("minConfidence=road%3A0.4&minConfidence=.9", new byte[] { 0, 255, 1, 1 })]
    public async Task What_is_below_is_255_in_the_mask_and_black_in_its_palette(string query, byte[] ids)
    {
        var id = await SucceededAsync();

        var mask = MaskPng.Decode(await GetAsync(id, $"mask?{query}"), ImageLimits.Default);

        Assert.Equal(ids, mask.Ids);
        Assert.Equal(Labels.Colors(), mask.Palette![..2]);
        Assert.Equal(default, mask.Palette[JobReview.UnknownId]);
    }

    [Fact]
    public async Task The_summary_counts_it_beside_the_classes_and_says_what_was_asked_for()
    {
        var id = await SucceededAsync();

        var left = JsonSerializer.Deserialize(await GetAsync(id, "summary?minConfidence=0.6&minConfidence=road:0.2"), JobJson.Default.ResultSummary)!;

        Assert.Equal([(1, 0.25), (2, 0.5)], left.Classes.Select(label => (label.Pixels, label.Share)));
        Assert.Equal([254 / 255.0, 128 / 255.0], left.Classes.Select(label => label.MeanConfidence!.Value));
        Assert.Equal((1, 0.25), (left.Unknown!.Pixels, left.Unknown.Share));
        Assert.Equal([("sky", 0.6), ("road", 0.2)], left.Unknown.MinConfidence.Select(floor => (floor.Key, floor.Value)));
    }

    [Fact]
    public async Task Polygons_and_run_lengths_have_a_class_of_unknown()
    {
        var id = await SucceededAsync();

        var regions = JsonSerializer.Deserialize(await GetAsync(id, "polygons?minConfidence=0.6&minArea=1"), ResultJson.Default.MaskRegions)!;
        var features = JsonSerializer.Deserialize(await GetAsync(id, "polygons?minConfidence=0.6&minArea=1&format=geojson"), ResultJson.Default.MaskFeatures)!;

        Assert.Equal([(0, "sky", 1), (1, "road", 1), (255, "unknown", 2)], regions.Classes.Select(label => (label.Id, label.Name, label.Pixels)));
        Assert.Equal([1, 1, 1, 1], regions.Classes[2].UncompressedRle.Counts);
        Assert.Equal(["sky", "road", "unknown", "unknown"], features.Features.Select(one => one.Properties.ClassName));
    }

    [Fact]
    public async Task The_coloured_mask_is_black_and_the_overlay_the_photo_where_it_is_unknown()
    {
        var id = await SucceededAsync();
        var photo = Photos.File(new RgbImage(4, 1, [10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30]), "png", 1);
        await storage.Blobs.GetBlobContainerClient(Containers.Uploads).GetBlobClient(BlobPaths.Upload(id)).UploadAsync(BinaryData.FromBytes(photo), Cancel);

        var color = Decoded(await GetAsync(id, "color?minConfidence=0.6"));
        var overlay = Decoded(await GetAsync(id, "overlay?minConfidence=1&opacity=1&format=webp"));

        Assert.Equal([128, 128, 128, 0, 0, 0, 128, 64, 128, 0, 0, 0], color);
        Assert.All(overlay.Chunk(3), pixel => Assert.InRange(pixel[1], 10, 30));
    }

    [Theory]
    [InlineData("minConfidence=1.01", "0.6 for 60 %")]
    [InlineData("minConfidence=60", "0.6 for 60 %")]
    [InlineData("minConfidence=-0.1", "0.6 for 60 %")]
    [InlineData("minConfidence=-Infinity", "0.6 for 60 %")]
    [InlineData("minConfidence=NaN", "0.6 for 60 %")]
    [InlineData("minConfidence=", "0.6 for 60 %")]
    [InlineData("minConfidence=sure", "0.6 for 60 %")]
    [InlineData("minConfidence=road:1.5", "0.6 for 60 %")]
    [InlineData("minConfidence=road:card", "0.6 for 60 %")]
    [InlineData("minConfidence=0.5&minConfidence=0.6", "twice for all classes")]
    [InlineData("minConfidence=card&minConfidence=0.6", "twice for all classes")]
    [InlineData("minConfidence=road:0.5&minConfidence=road:0.6", "A class is given twice")]
    [InlineData("minConfidence=rode:0.5", "did you mean 'road'? There are: sky, road.")]
    [InlineData("minconfidence=0.5", "did you mean 'minConfidence'?")]
    public async Task A_parameter_that_means_nothing_is_refused_in_every_form_of_the_result(string query, string why)
    {
        var id = await SucceededAsync();
        foreach (var part in (string[])["mask", "summary", "color", "polygons"])
        {
            using var answer = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/{part}?{query}", UriKind.Relative), Cancel);
            var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;
            Assert.Equal((HttpStatusCode.BadRequest, "request-invalid"), (answer.StatusCode, problem.GetProperty("code").GetString()));
            Assert.Contains(why, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_result_without_confidence_is_refused_before_anything_is_made()
    {
        var id = await SucceededAsync(confident: false);
        using var get = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask?minConfidence=0.6", UriKind.Relative), Cancel);
        using var request = new HttpRequestMessage(HttpMethod.Head, $"/v1/jobs/{id}/mask?minConfidence=0.6");
        using var head = await _api.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (get.StatusCode, head.StatusCode));
        Assert.Contains("confidence-unavailable", await get.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_question_has_the_same_tag_and_another_one_another()
    {
        var id = await SucceededAsync();

        var tags = new List<string>();
        foreach (var query in (string[])["minConfidence=0.6&minConfidence=sky:0.5&minConfidence=road:0.4", "minConfidence=road:.40&minConfidence=0.60&minConfidence=sky:0.5", "minConfidence=0.6", "minConfidence=0.61", "a"])
        {
            using var answer = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask{(query == "a" ? "" : "?" + query)}", UriKind.Relative), Cancel);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            tags.Add(answer.Headers.ETag!.Tag);
        }

        Assert.Equal(tags[0], tags[1]);
        Assert.Equal(4, tags.Distinct().Count());
    }

    [Fact]
    public async Task The_card_of_the_model_that_made_it_says_from_where_on_a_class_stands()
    {
        var bundled = ModelPackage.Load(Checkout.File("models/default")).Manifest;
        var id = await SucceededAsync(model: bundled);
        var stated = bundled.CertainFrom()!;

        var left = JsonSerializer.Deserialize(await GetAsync(id, "summary?minConfidence=card&minConfidence=sky:0.2"), JobJson.Default.ResultSummary)!;

        Assert.Equal(0.2, left.Unknown!.MinConfidence["sky"]);
        Assert.Equal(stated.GetValueOrDefault("road"), left.Unknown.MinConfidence.TryGetValue("road", out var road) ? road : null);
    }

    [Fact]
    public async Task The_card_of_a_version_that_is_no_longer_kept_cannot_be_asked()
    {
        var id = await SucceededAsync();

        using var answer = await _api.Http.GetAsync(new Uri($"/v1/jobs/{id}/mask?minConfidence=card", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("model-not-found", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_states_nothing_is_refused_and_one_that_does_hides_what_it_does_not_measure()
    {
        var bundled = ModelPackage.Load(Checkout.File("models/default")).Manifest;
        var summary = new ResultSummary
        {
            Width = 1,
            Height = 1,
            Model = new JobResult(1, "m", "1", "", "cpu"),
            Input = new JobInput(1, 1),
            Classes = [new ClassShare(0, "sky", default, 1, 1, 1), new ClassShare(1, "pole", default, 0, 0, null), new ClassShare(2, "sea", default, 0, 0, null)],
        };
        var card = Functions.Results.MinConfidence.Read(["card"])!;
        var old = bundled with { Metrics = [.. bundled.Metrics.Select(set => set with { Values = new Dictionary<string, double> { ["meanIoU"] = 0.7 } })] };

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => card.OfAsync(summary, () => Task.FromResult(old)));

        Assert.Equal((ErrorCodes.RequestInvalid, true), (refused.Code, refused.Message.Contains("states no least confidence", StringComparison.Ordinal)));
        Assert.Equal([bundled.CertainFrom()!["sky"], null, null], await card.OfAsync(summary, () => Task.FromResult(bundled)));
    }

    private static byte[] Decoded(byte[] file) => ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default)).Pixels;

    private async Task<byte[]> GetAsync(WorkId id, string part) => await _api.Http.GetByteArrayAsync(new Uri($"/v1/jobs/{id}/{part}", UriKind.Relative), Cancel);

    private async Task<WorkId> SucceededAsync(bool confident = true, ModelManifest? model = null)
    {
        var jobs = new JobStore(storage.Blobs, storage.Queues, TimeProvider.System);
        var id = await SucceededJob.CreateAsync(jobs);
        var made = new JobResult(1, model?.Name ?? "tiny", model?.Version ?? "1", new string('0', 64), "cpu");
        var summary = new ResultSummary
        {
            Width = 4,
            Height = 1,
            Model = made,
            Input = new JobInput(4, 1),
            Classes = [.. Labels.Classes.Select(label => new ClassShare(label.Id, label.Name, label.Color, 2, 0.5, confident ? 0.8 : null))],
        };
        byte[][] parts =
        [
            MaskPng.Encode([0, 0, 1, 1], 4, 1, Labels),
            confident ? ConfidencePng.Encode([254, 150, 154, 102], 4, 1) : [],
            JsonSerializer.SerializeToUtf8Bytes(summary, JobJson.Default.ResultSummary),
        ];
        await jobs.AmendAsync(
            id,
            job => job with
            {
                Image = new JobImage("png", 4, 1, 1, 8),
                Result = made,
                ResultLayout = new ResultLayout(parts[0].Length, parts[1].Length, parts[2].Length),
            },
            Cancel);
        var blob = storage.Blobs.GetBlobContainerClient(Containers.Results).GetBlobClient(BlobPaths.Result(id, 1, ResultFiles.Whole));
        await blob.UploadAsync(BinaryData.FromBytes(parts.SelectMany(part => part).ToArray()), Cancel);
        return id;
    }
}
