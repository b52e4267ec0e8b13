using RoadSeg.Imaging;
using RoadSeg.Jobs;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The whole chain through all processes, once: what the results are like is asked of the functions alone (RoadSeg.Functions.Tests).</summary>
public sealed class ChainTests(StackFixture stack)
{
    [Fact]
    public async Task A_photo_dropped_into_storage_becomes_a_mask_of_its_own_size()
    {
        var job = await stack.DroppedAsync(Photos.Street);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(("jpeg", 751, 563, 1), (job.Image!.Format, job.Image.Width, job.Image.Height, job.Image.Orientation));
        var mask = MaskPng.Decode(await stack.GetAsync(job.Links["mask"]), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
    }
}
