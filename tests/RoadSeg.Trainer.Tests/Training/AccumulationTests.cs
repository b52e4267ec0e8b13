using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>Small batches that are added up before an update stand for one large batch.</summary>
public sealed class AccumulationTests : IDisposable
{
    private const double Clip = 0.001;

    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    // Clipped, within the bound, and without one.
    [Theory]
    [InlineData(Clip)]
    [InlineData(1e6)]
    [InlineData(0)]
    public void Four_quarters_of_a_batch_move_the_weights_as_the_whole_batch_does(double clip)
    {
        var set = CamVidFolder.Read(PaintedRoads.Write(_data.Path), "train");
        var quarter = new BatchLoader(set, new Augmentation(RunTests.Small.Augmentation, RunTests.Small.Input, set.Labels), RunTests.Small.Augmentation, 2, seed: 1, ahead: 1).From(0, 1).Single();
        var whole = quarter with
        {
            Count = 4 * quarter.Count,
            Images = [.. Enumerable.Repeat(quarter.Images, 4).SelectMany(bytes => bytes)],
            Masks = [.. Enumerable.Repeat(quarter.Masks, 4).SelectMany(bytes => bytes)],
        };

        var (once, fourTimes) = (Moved(whole, 1), Moved(quarter, 4));

        Assert.Equal(once.Loss, fourTimes.Loss, 1e-4);
        var (length, difference) = (Norm(once.Weights), Norm([.. once.Weights.Zip(fourTimes.Weights, (a, b) => a - b)]));
        Assert.True(length > (clip == Clip ? 0.0999 : 0.2) * Clip, $"The weights moved by {length}: clipping is not seen.");
        Assert.True(difference < 0.02 * length, $"The weights moved by {length}; the difference is {difference}.");

        (double Loss, float[] Weights) Moved(Batch batch, int accumulate)
        {
            using var scope = NewDisposeScope();
            // Without Dice, whose smoothing weighs less in a larger batch, and without decay, beside which a clipped gradient is nothing.
            var recipe = RunTests.Small with
            {
                Training = RunTests.Small.Training with
                {
                    Accumulate = accumulate,
                    GradientClip = clip,
                    Optimizer = OptimizerKind.Sgd,
                    OhemShare = 1,
                    DiceWeight = 0,
                    WeightDecay = 0,
                    EmaDecay = 0,
                },
            };
            random.manual_seed(1);
            using var network = new DeepLabV3Plus(recipe.Model);

            // Without dropout and without the statistics of a batch, which a quarter has of its own.
            network.eval();
            using var loss = new SegmentationLoss(recipe.Training, set, CPU);
            using var optimizer = new Optimizer(network, recipe.Training);
            using var ema = new Ema(network, 0, CPU);
            var before = Weights(network);
            var mean = new TrainingStep(recipe, network, loss, optimizer, ema, CPU).Take(0, 0.1, () => batch);
            return (mean, [.. Weights(network).Zip(before, (after, at) => after - at)]);
        }
    }

    private static float[] Weights(DeepLabV3Plus network) => [.. network.parameters().SelectMany(weight => weight.detach().data<float>().ToArray())];

    private static double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
}
