using System.Net;
using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Tests.Results;

public sealed class PhotoResultTests(ServiceFixture fixture)
{
    private WholeService Service => fixture.Service;

    [Fact]
    public async Task The_summary_counts_exactly_the_pixels_of_the_mask()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var summary = JsonSerializer.Deserialize(await Service.GetAsync(job.Links["summary"]), JobJson.Default.ResultSummary)!;
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal(751L * 563, summary.Classes.Sum(label => label.Pixels));
        Assert.All(summary.Classes, label => Assert.Equal(mask.Ids.LongCount(id => id == label.Id), label.Pixels));
        Assert.Equal(job.Result, summary.Model);
    }

    [Fact]
    public async Task The_coloured_mask_paints_each_class_in_the_colour_the_summary_names()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var summary = JsonSerializer.Deserialize(await Service.GetAsync(job.Links["summary"]), JobJson.Default.ResultSummary)!;
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        var color = Photos.Decode(await Service.GetAsync(job.Links["color"]));
        for (var i = 0; i < mask.Ids.Length; i++)
        {
            var expected = summary.Classes[mask.Ids[i]].Color;
            Assert.Equal((expected.R, expected.G, expected.B), (color.Pixels[3 * i], color.Pixels[(3 * i) + 1], color.Pixels[(3 * i) + 2]));
        }
    }

    [Fact]
    public async Task The_overlay_lies_between_the_photo_and_the_colours()
    {
        var job = await Service.DroppedAsync(Photos.Fixture("upright.png"));

        var photo = Photos.Upright();
        var color = Photos.Decode(await Service.GetAsync(job.Links["color"]));
        var clear = Photos.Decode(await Service.GetAsync(job.Links["overlay"] + "?opacity=0&format=webp"));
        var half = Photos.Decode(await Service.GetAsync(job.Links["overlay"]));
        var full = Photos.Decode(await Service.GetAsync(job.Links["overlay"] + "?opacity=1"));

        Assert.InRange(Difference(clear, photo), 0, 6);
        Assert.InRange(Difference(full, color), 0, 6);
        Assert.InRange(Difference(half, photo) / Difference(color, photo), 0.4, 0.6);
    }

    [Fact]
    public async Task An_overlay_is_reduced_to_a_width_in_the_photos_shape_and_never_enlarged()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var whole = Photos.Decode(await Service.GetAsync(job.Links["overlay"]));
        var small = Photos.Decode(await Service.GetAsync(job.Links["overlay"] + "?width=320&format=webp"));
        var wide = Photos.Decode(await Service.GetAsync(job.Links["overlay"] + "?width=2048"));

        Assert.Equal((320, 240), (small.Width, small.Height));
        Assert.InRange(Difference(small, ImageDecoder.ResizeTo(whole, 320, 240)), 0, 6);
        Assert.Equal((whole.Width, whole.Height), (wide.Width, wide.Height));
    }

    [Theory]
    [InlineData("opacity=2")]
    [InlineData("opacity=-1")]
    [InlineData("opacity=half")]
    [InlineData("opacity=NaN")]
    [InlineData("format=gif")]
    [InlineData("width=31")]
    [InlineData("width=2049")]
    [InlineData("width=-40")]
    public async Task An_overlay_parameter_out_of_range_is_refused(string query)
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"));

        using var answer = await Service.Api.GetAsync(new Uri($"{job.Links["overlay"]}?{query}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task The_stages_of_a_job_are_timed_and_lie_in_order()
    {
        var job = await Service.DroppedAsync(Photos.Street);

        var times = new[] { job.Times.CreatedAt, job.Times.ReceivedAt, job.Times.QueuedAt, job.Times.StartedAt, job.Times.FinishedAt };
        Assert.Equal(times.Order(), times);
        var stages = job.Stages;
        Assert.DoesNotContain(null, new[] { stages.Read, stages.Decode, stages.Store, stages.Claim, stages.Fetch, stages.Wait, stages.Infer, stages.Upsample, stages.Encode, stages.Commit });
    }

    [Theory]
    [InlineData("cmyk.jpg", "jpeg", 320, 240)]
    [InlineData("grey.jpg", "jpeg", 320, 240)]
    [InlineData("sixteen-bit.png", "png", 160, 120)]
    [InlineData("alpha.png", "png", 160, 120)]
    [InlineData("photo.webp", "webp", 320, 240)]
    [InlineData("photo.tif", "tiff", 160, 120)]
    public async Task Every_kind_of_photo_is_segmented_like_the_plain_one(string file, string format, int width, int height)
    {
        var job = await Service.DroppedAsync(Photos.Fixture(file));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((format, width, height), (job.Image!.Format, job.Image.Width, job.Image.Height));
    }

    [Fact]
    public async Task A_photo_lying_on_its_side_by_exif_is_segmented_as_people_see_it()
    {
        var upright = Photos.Upright();
        var expected = await MaskOfAsync(Photos.Oriented(upright, 1));
        foreach (var orientation in Enumerable.Range(2, 7))
        {
            var mask = await MaskOfAsync(Photos.Oriented(upright, orientation));

            Assert.Equal((expected.Width, expected.Height), (mask.Width, mask.Height));
            var agreement = mask.Ids.Zip(expected.Ids).Count(pair => pair.First == pair.Second) / (double)mask.Ids.Length;

            // JPEG rounds a little differently when its blocks lie on their side, and class borders follow; a wrong turn agrees on far less.
            Assert.True(agreement > 0.95, $"Orientation {orientation} agrees with the upright photo on {agreement:P2} of the pixels only.");
        }
    }

    [Fact]
    public async Task A_12_megapixel_photo_of_a_phone_held_upright_gets_a_mask_of_12_megapixels()
    {
        var photo = Photos.Oriented(ImageDecoder.ResizeTo(Photos.Decode(Photos.Street), 3000, 4000), 6);

        var job = await Service.DroppedAsync(photo);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal((3000, 4000, 6), (job.Image!.Width, job.Image.Height, job.Image.Orientation));
        var mask = MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((3000, 4000), (mask.Width, mask.Height));
    }

    [Theory]
    [InlineData("plain.jpg")]
    [InlineData("with space and + and %41.jpg")]
    [InlineData("straße/übung/道路.jpg")]
    [InlineData("a..b/..c.jpg")]
    [InlineData("quote'\"<&>.jpg")]
    public async Task Whatever_a_dropped_photo_is_called_it_is_segmented_and_its_results_stay_in_its_own_folder(string name)
    {
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), $"tests/{Guid.NewGuid()}/{name}");

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(name[(name.LastIndexOf('/') + 1)..], job.FileName);
        var results = Service.Blobs.GetBlobContainerClient("results");
        Assert.True(await results.GetBlobClient($"{job.Id}/1/result").ExistsAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Each_version_of_an_overwritten_photo_has_a_job_of_its_own()
    {
        var path = $"tests/{Guid.NewGuid()}/same.jpg";
        var first = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), path);
        var second = await Service.DroppedAsync(Photos.Fixture("alpha.png"), path);

        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(("jpeg", "png"), (first.Image!.Format, second.Image!.Format));
    }

    private async Task<IndexedImage> MaskOfAsync(byte[] photo)
    {
        var job = await Service.DroppedAsync(photo);
        Assert.Equal(JobState.Succeeded, job.State);
        return MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
    }

    private static double Difference(RgbImage a, RgbImage b) => a.Pixels.Zip(b.Pixels).Average(pair => Math.Abs(pair.First - pair.Second));
}
