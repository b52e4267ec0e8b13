using RoadSeg.Trainer.Libtorch;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Mpi;

/// <summary>Mean and variance of each channel over a batch that lies on several ranks: [N, C, H, W] to [2, C]. The variance is that of the
/// batch itself, divided by the number of values.</summary>
internal sealed class BatchMoments : autograd.SingleTensorFunction<BatchMoments>
{
    private static readonly long[] AllButChannels = [0, 2, 3];

    public override string Name => nameof(BatchMoments);

    /// <param name="input">Float [N, C, H, W]; each rank has the same shape.</param>
    public static Tensor Of(Tensor input, SharedBatch batch) => apply(input, batch);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        var (input, batch) = ((Tensor)vars[0], (SharedBatch)vars[1]);
        var channels = (int)input.shape[1];
        var values = (double)input.numel() / channels;
        var (variance, mean) = var_mean(input, AllButChannels, unbiased: false);

        // Sums of squares lose digits in float, not in double.
        var mine = stack([mean, variance]).cpu().data<float>().ToArray();
        var sums = new double[2 * channels];
        for (var c = 0; c < channels; c++)
        {
            sums[c] = values * mine[c];
            sums[channels + c] = values * (mine[channels + c] + ((double)mine[c] * mine[c]));
        }

        batch.Ranks.Sum(sums);
        values *= batch.Ranks.Count;
        for (var c = 0; c < channels; c++)
        {
            var average = sums[c] / values;
            mine[c] = (float)average;
            mine[channels + c] = (float)Math.Max(0, (sums[channels + c] / values) - (average * average));
        }

        var moments = tensor(mine, [2, channels], dtype: float32).to(input.device).MoveToOuterDisposeScope();
        ctx.save_for_backward([input, moments.select(0, 0).clone().MoveToOuterDisposeScope()]);
        ctx.save_data(nameof(SharedBatch), batch);
        return moments;
    }

    // d mean / d x = 1 / n, d variance / d x = 2 (x - mean) / n.
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var batch = (SharedBatch)ctx.get_data(nameof(SharedBatch));
        return
        [
            batch.Guarded(() =>
            {
                var saved = ctx.get_saved_variables();
                var (input, mean) = (saved[0], saved[1]);
                using var numbers = new HeldScalars();
                var channels = input.shape[1];
                var values = (double)input.numel() / channels * batch.Ranks.Count;
                var sum = batch.Sum(grad_output).div_(numbers[values]);
                var slope = sum.select(0, 1).mul(numbers[2]);
                var offset = sum.select(0, 0).sub(slope.mul(mean));
                return input.mul(slope.view(1, channels, 1, 1)).add_(offset.view(1, channels, 1, 1), HeldScalars.One);
            }),
            null!,
        ];
    }
}
