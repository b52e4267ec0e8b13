using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Tests.Mpi;

/// <summary>What ranks do together, done by one with the whole batch, is what libtorch does.</summary>
public sealed class SharedBatchTests
{
    private const double Momentum = 0.1;
    private const double Epsilon = 1e-5;

    // A mean far from zero is where sums of squares lose their digits.
    [Theory]
    [InlineData(0)]
    [InlineData(30)]
    public void Batch_norm_has_the_values_gradients_and_running_statistics_of_torchs(double mean)
    {
        var theirs = Normalised(mean, (norm, x) => norm.forward(x));
        var ours = Normalised(mean, (norm, x) =>
        {
            using var shared = new SharedBatch(Ranks.Alone, [0, 1, 2, 3], 4, syncBatchNorm: true);
            var y = shared.Normalise(norm, x, Momentum, Epsilon);
            Assert.Same(shared, SharedBatch.Synchronised);
            return y;
        });
        Assert.Null(SharedBatch.Current);
        foreach (var (name, expected) in theirs)
            Assert.Equal(expected, ours[name], (a, b) => Math.Abs(a - b) < 2e-4 * Math.Max(1, Math.Abs(a)));
        Assert.Contains(theirs["input"], gradient => Math.Abs(gradient) > 0.1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Dropout_drops_the_same_values_whichever_rows_a_rank_has(bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var whole = rand(4, 6, 5, 7);
        if (channelsLast)
            whole = ChannelsLast.Of(whole);
        random.manual_seed(7);
        var expected = nn.functional.dropout(whole, 0.4, training: true);
        foreach (var rows in new long[][] { [0, 1, 2, 3], [0, 3], [1, 2] })
        {
            random.manual_seed(7);
            using var shared = new SharedBatch(Ranks.Alone, rows, 4, syncBatchNorm: false);
            var index = tensor(rows);
            var part = whole.index_select(0, index);
            if (channelsLast)
                part = ChannelsLast.Of(part);
            Assert.Equal(Values(expected.index_select(0, index)), Values(shared.Drop(part, 0.4)));
        }
    }

    [Fact]
    public void A_fault_within_backward_comes_out_behind_it()
    {
        using var scope = NewDisposeScope();
        using var shared = new SharedBatch(Ranks.Alone, [0], 1, syncBatchNorm: true);
        var x = rand(3).requires_grad_();
        Assert.Null(shared.Guarded(() => throw new TrainerException("The network is gone.")));
        Assert.Equal("The network is gone.", Assert.Throws<TrainerException>(shared.ThrowIfFailed).Message);
    }

    private static Dictionary<string, float[]> Normalised(double mean, Func<TorchSharp.Modules.BatchNorm2d, Tensor, Tensor> normalise)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var norm = nn.BatchNorm2d(5, eps: Epsilon, momentum: Momentum);
        using (no_grad())
            norm.weight!.copy_(rand(5).add(0.5));
        var x = randn(4, 5, 8, 9).add(mean);
        x.requires_grad_();
        var y = normalise(norm, x);
        y.mul(randn(4, 5, 8, 9)).sum().backward();
        return new()
        {
            ["output"] = Values(y),
            ["input"] = Values(x.grad!),
            ["weight"] = Values(norm.weight!.grad!),
            ["bias"] = Values(norm.bias!.grad!),
            ["mean"] = Values(norm.running_mean!),
            ["variance"] = Values(norm.running_var!),
        };
    }

    private static float[] Values(Tensor tensor) => [.. tensor.detach().contiguous().data<float>()];
}
