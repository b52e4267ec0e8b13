using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Training;

/// <summary>Training in bfloat16, on the CPU: slow here, but the same arithmetic as on a GPU.</summary>
public sealed class SmallArithmeticTests : IDisposable
{
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void The_network_computes_in_bfloat16_and_the_loss_stays_close()
    {
        using var scope = NewDisposeScope();
        using var model = new DeepLabV3Plus(RunTests.Small.Model);
        var image = randn(2, 3, 32, 48);
        using (new Autocast(DeviceType.CPU))
            Assert.Equal(ScalarType.BFloat16, model.forward(image).Logits.dtype);

        var (whole, small) = (Losses(autocast: false), Losses(autocast: true));
        Assert.NotEqual(whole[0], small[0]);
        foreach (var (a, b) in whole.Zip(small))
            Assert.InRange(b, a * 0.96, a * 1.04);
        Assert.True(small[^1] < small[0]);
    }

    [Fact]
    public void A_step_leaves_no_tensor_and_no_small_weight_behind()
    {
        var counts = new List<long>();
        var kinds = new HashSet<ScalarType>();
        Losses(autocast: true, (count, model) =>
        {
            counts.Add(count);
            kinds.UnionWith(model.parameters().Select(p => p.dtype));
        });
        Assert.All(counts[2..], count => Assert.Equal(counts[1], count));
        Assert.Equal([ScalarType.Float32], kinds);
        Assert.False(Autocast.IsOn(DeviceType.CPU));
    }

    [Fact]
    public void An_auxiliary_head_trains_in_it_too()
    {
        var losses = Losses(autocast: true, model: RunTests.Small.Model with { AuxiliaryHead = true });
        Assert.All(losses, loss => Assert.True(double.IsFinite(loss)));
    }

    private List<double> Losses(bool autocast, Action<long, DeepLabV3Plus>? afterStep = null, ModelOptions? model = null)
    {
        var recipe = RunTests.Small with { Training = RunTests.Small.Training with { Autocast = autocast, EmaDecay = 0 }, Model = model ?? RunTests.Small.Model };
        var set = CamVidFolder.Read(PaintedRoads.Write(_data.Path), "train");
        random.manual_seed(1);
        using var network = new DeepLabV3Plus(recipe.Model);
        network.train();
        using var loss = new SegmentationLoss(recipe.Training, set, CPU);
        using var optimizer = new Optimizer(network, recipe.Training);
        using var ema = new Ema(network, 0, CPU);
        var batches = new BatchLoader(set, new Augmentation(recipe.Augmentation, recipe.Input, set.Labels), recipe.Augmentation, 4, seed: 1, ahead: 1).From(0, 5).GetEnumerator();
        var step = new TrainingStep(recipe, network, loss, optimizer, ema, CPU);
        var losses = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            losses.Add(step.Take(i, 0.003, () => batches.MoveNext() ? batches.Current : throw new InvalidOperationException()));
            afterStep?.Invoke(DisposeScopeManager.Statistics.ThreadTotalLiveCount, network);
        }

        return losses;
    }
}
