using RoadSeg.Labels;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>The loss's terms on numbers that can be worked out by hand, and class weights on CamVid's known ones.</summary>
public sealed class LossTests
{
    private const long Ignored = 9;

    // Two classes, four pixels in a row: target 0, 1, 1, ignored; logits of class 1 over class 0.
    private static readonly double[] Margins = [-2, 1, 3, 5];
    private static readonly long[] Target = [0, 1, 1, Ignored];

    // -log of the softmax probability of the right class.
    private static readonly double[] Each = [Math.Log(1 + Math.Exp(-2)), Math.Log(1 + Math.Exp(-1)), Math.Log(1 + Math.Exp(-3))];

    [Fact]
    public void Cross_entropy_is_the_mean_over_labelled_pixels() => Assert.Equal(Each.Average(), Of(new TrainingOptions()), 1e-6);

    [Fact]
    public void The_hard_share_is_the_mean_of_the_worst_labelled_pixels()
    {
        Assert.Equal(Each[1], Of(new TrainingOptions { OhemShare = 0.4 }), 1e-6);
        Assert.Equal((Each[0] + Each[1]) / 2, Of(new TrainingOptions { OhemShare = 0.7 }), 1e-6);
    }

    [Fact]
    public void Smoothing_spreads_its_share_over_all_classes()
    {
        // Of the wrong class the loss is larger by the margin.
        double[] wrong = [Each[0] + 2, Each[1] + 1, Each[2] + 3];
        var expected = Each.Zip(wrong, (right, other) => (0.9 * right) + (0.1 * (right + other) / 2)).Average();
        Assert.Equal(expected, Of(new TrainingOptions { LabelSmoothing = 0.1 }), 1e-6);
    }

    [Fact]
    public void Dice_is_one_minus_twice_the_overlap_over_both_sums_by_class()
    {
        double[] one = [.. Margins.Take(3).Select(margin => 1 / (1 + Math.Exp(-margin)))];
        var zero = one.Select(p => 1 - p).ToArray();
        var first = 1 - (((2 * zero[0]) + 1) / (zero.Sum() + 1 + 1));
        var second = 1 - (((2 * (one[1] + one[2])) + 1) / (one.Sum() + 2 + 1));
        Assert.Equal(Each.Average() + (0.5 * (first + second) / 2), Of(new TrainingOptions { DiceWeight = 0.5 }), 1e-5);
    }

    /// <summary>What the two formulas (SegNet's median frequency over the images that hold a class; ENet) give for CamVid's training split, worked out
    /// elsewhere; here the median is 1, and unlabelled pixels are left out of the images' too.</summary>
    [Theory]
    [InlineData(ClassWeighting.ENet, new[] { 5.603, 4.295, 33.574, 3.335, 15.486, 8.739, 31.542, 32.012, 12.829, 38.014, 43.907 })]
    [InlineData(ClassWeighting.MedianFrequency, new[] { .2793, .2017, 4.7865, .1490, 1.0000, .4217, 3.8467, 1.9736, .7889, 6.3747, 8.8587 })]
    public void Class_weights_of_CamVid_are_the_published_ones(ClassWeighting formula, double[] published)
    {
        var train = CamVidFolder.Read(Checkout.Shared("data/camvid"), "train");
        var weights = ClassWeights.Of(new TrainingOptions { ClassWeights = formula, ClassWeightCap = 100 }, train)!;
        var median = published.Order().ElementAt(published.Length / 2);
        Assert.All(weights.Zip(published), pair => Assert.Equal(pair.Second / median, pair.First, 0.005 * pair.Second / median));
    }

    [Fact]
    public void A_class_that_no_pixel_has_weighs_nothing_and_none_weighs_more_than_the_cap()
    {
        var set = Set([0, 0, 0, 0, 0, 0, 0, 0, 1, (byte)Ignored], classes: 3);
        var weights = ClassWeights.Of(new TrainingOptions { ClassWeights = ClassWeighting.MedianFrequency, ClassWeightCap = 1 }, set)!;
        Assert.Equal((1, 0), (weights.Max(), weights[2]));
    }

    private static double Of(TrainingOptions options)
    {
        using var scope = NewDisposeScope();
        using var loss = new SegmentationLoss(options with { ClassWeights = ClassWeighting.None }, Set([0, 1, 1, 9], classes: 2), CPU);
        var logits = tensor((float[])[0, 0, 0, 0, .. Margins.Select(margin => (float)margin)], [1, 2, 1, 4]);
        return loss.Of(logits, tensor(Target, [1, 1, 4])).item<float>();
    }

    private static SegmentationSet Set(byte[] mask, int classes)
    {
        var labels = new LabelCatalogue([.. Enumerable.Range(0, classes).Select(id => new LabelClass(id, $"c{id}", new RgbColor((byte)id, 0, 0)))], (int)Ignored);
        return new SegmentationSet("train", labels, [new Frame("f", new RoadSeg.Imaging.RgbImage(mask.Length, 1, new byte[3 * mask.Length]), mask)]);
    }
}
