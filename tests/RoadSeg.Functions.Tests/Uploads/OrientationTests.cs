using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

public sealed class OrientationTests(ServiceFixture fixture)
{
    private WholeService Service => fixture.Service;

    // Lossy formats round differently when their blocks lie on their side, and class borders follow. So a photo's counterpart is
    // the picture that people see of that very file, turned upright here and stored without loss.
    [Theory]
    [InlineData("jpeg")]
    [InlineData("png")]
    [InlineData("webp")]
    public async Task However_a_photo_lies_in_its_file_its_mask_is_that_of_the_upright_original(string format)
    {
        var upright = Photos.Decode(Photos.Street);
        var folder = $"tests/{Guid.NewGuid()}";
        var pairs = new List<(WorkId Photo, WorkId Original)>();
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var stored = Photos.Stored(upright, orientation);
            var seen = Photos.Seen(Photos.Decode(Photos.File(stored, format, 1)), orientation);
            pairs.Add((
                await Service.DropAsync($"{folder}/{orientation}.{format}", Photos.File(stored, format, orientation)),
                await Service.DropAsync($"{folder}/{orientation}-upright.png", Photos.File(seen, "png", 1))));
        }

        foreach (var (orientation, (photo, original)) in pairs.Index().Select(pair => (pair.Index + 1, pair.Item)))
        {
            var mask = await MaskAsync(photo, format, orientation);
            var expected = await MaskAsync(original, "png", 1);

            Assert.Equal((upright.Width, upright.Height), (mask.Width, mask.Height));
            var same = mask.Ids.Zip(expected.Ids).Count(pair => pair.First == pair.Second);
            var iou = same / ((2.0 * mask.Ids.Length) - same);
            Assert.True(iou >= 0.995, $"A {format} of orientation {orientation} has IoU {iou:F4} with the upright original.");
        }
    }

    private async Task<IndexedImage> MaskAsync(WorkId id, string format, int orientation)
    {
        var job = await Service.EndedAsync(id);
        Assert.Equal((JobState.Succeeded, format, orientation), (job.State, job.Image?.Format, job.Image?.Orientation));
        return MaskPng.Decode(await Service.GetAsync(job.Links["mask"]), new ImageLimits());
    }
}
