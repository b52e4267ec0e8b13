using static TorchSharp.torch;

namespace RoadSeg.Trainer.Mpi;

/// <summary>A few numbers, summed over all ranks. What is minimised is the mean of the ranks' losses, so the gradient of a sum is the sum
/// of the gradients.</summary>
internal sealed class SumOverRanks : autograd.SingleTensorFunction<SumOverRanks>
{
    public override string Name => nameof(SumOverRanks);

    /// <param name="numbers">Float, any shape.</param>
    public static Tensor Of(Tensor numbers, SharedBatch batch) => apply(numbers, batch);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var batch = (SharedBatch)vars[1];
        ctx.save_data(nameof(SharedBatch), batch);
        return batch.Sum((Tensor)vars[0]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var batch = (SharedBatch)ctx.get_data(nameof(SharedBatch));
        return [batch.Guarded(() => batch.Sum(grad_output)), null!];
    }
}
