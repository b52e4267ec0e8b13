using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Tests.Data;

public sealed class BatchPartTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Theory]
    [InlineData(8, 0, 2)]
    [InlineData(6, 2, 2)]
    [InlineData(5, 3, 2)]
    [InlineData(7, 5, 4)]
    [InlineData(1, 7, 8)]
    public void Parts_are_of_one_size_and_together_the_batch_with_photos_dealt_out_alike(int labelled, int photos, int ranks)
    {
        var parts = Enumerable.Range(0, ranks).Select(number => new BatchPart(number, ranks).Rows(labelled, photos)).ToList();
        Assert.All(parts, part => Assert.Equal((labelled + photos) / ranks, part.Length));
        Assert.Equal(Enumerable.Range(0, labelled + photos).Select(row => (long)row), parts.SelectMany(part => part).Order());
        var ofPhotos = parts.Select(part => part.Count(row => row >= labelled)).ToList();
        Assert.InRange(ofPhotos.Max() - ofPhotos.Min(), 0, 1);
        Assert.All(parts, part => Assert.Equal(part.Order(), part));
    }

    [Fact]
    public void Ranks_make_the_very_samples_that_one_process_makes()
    {
        var set = CamVidFolder.Read(PaintedRoads.Write(_data.Path), "train");
        var options = Training.RunTests.Small.Augmentation with { Noise = 1, Paste = 0.5, PasteBelow = 0.2 };
        var (whole, first, second) = (Make(BatchPart.Whole), Make(new BatchPart(0, 2)), Make(new BatchPart(1, 2)));
        Assert.Equal(whole.Images, first.Images.Concat(second.Images));
        Assert.Equal(whole.Masks, first.Masks.Concat(second.Masks));
        Assert.NotEqual(first.Images, second.Images);

        Batch Make(BatchPart part) => new BatchLoader(set, new Augmentation(options, Training.RunTests.Small.Input, set.Labels), options, 4, seed: 1, ahead: 1, part: part).Make(5);
    }
}
