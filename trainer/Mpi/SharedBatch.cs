using System.Runtime.ExceptionServices;
using RoadSeg.Trainer.Libtorch;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Mpi;

/// <summary>Until it is disposed, the network that runs on the thread that made it sees a part of a batch: what belongs to the whole batch,
/// dropout's lots and with SyncBatchNorm the batch statistics, is that of the whole.</summary>
internal sealed class SharedBatch : IDisposable
{
    [ThreadStatic]
    private static SharedBatch? current;

    private readonly long[] _rows;
    private readonly int _count;
    private readonly bool _syncBatchNorm;
    private Tensor? _held;
    private ExceptionDispatchInfo? _fault;

    /// <param name="ranks">Those that have the other parts.</param>
    /// <param name="rows">Which samples of the whole batch are here, in their order.</param>
    /// <param name="count">Samples of the whole batch.</param>
    /// <param name="syncBatchNorm">Batch norm over the whole batch instead of the part.</param>
    public SharedBatch(Ranks ranks, long[] rows, int count, bool syncBatchNorm)
    {
        (Ranks, _rows, _count, _syncBatchNorm) = (ranks, rows, count, syncBatchNorm);
        current = this;
    }

    /// <summary>That of this thread, or null: a process alone has the whole batch.</summary>
    public static SharedBatch? Current => current;

    /// <summary>The one whose batch norm is over all ranks, or null.</summary>
    public static SharedBatch? Synchronised => current is { _syncBatchNorm: true } shared ? shared : null;

    public Ranks Ranks { get; }

    /// <summary>Batch norm in training over the whole batch (SyncBatchNorm); running statistics follow it as torch's do.</summary>
    /// <param name="x">[N, C, H, W], the same shape on each rank.</param>
    public Tensor Normalise(BatchNorm2d norm, Tensor x, double momentum, double epsilon)
    {
        using var scope = NewDisposeScope();
        using var numbers = new HeldScalars();
        var input = x.to(float32);
        var moments = BatchMoments.Of(input, this);
        var (mean, variance) = (moments.select(0, 0), moments.select(0, 1));
        using (no_grad())
        {
            var values = (double)x.numel() / x.shape[1] * Ranks.Count;
            norm.running_mean!.mul_(numbers[1 - momentum]).add_(mean, numbers[momentum]);
            norm.running_var!.mul_(numbers[1 - momentum]).add_(variance, numbers[momentum * values / Math.Max(1, values - 1)]);
        }

        var scale = norm.weight!.mul(variance.add(numbers[epsilon], numbers[1]).rsqrt());
        var shift = norm.bias!.sub(mean.mul(scale));
        var channels = x.shape[1];
        var y = input.mul(scale.view(1, channels, 1, 1)).add_(shift.view(1, channels, 1, 1), numbers[1]);
        return y.to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Dropout in training, by the lots that a process with the whole batch would draw: all are drawn, and a rank's own
    /// used.</summary>
    /// <param name="x">[N, C, H, W]</param>
    public Tensor Drop(Tensor x, double probability)
    {
        if (probability == 0)
            return x;
        using var scope = NewDisposeScope();
        var (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3]);
        Tensor lots;
        using (no_grad())
        {
            // Lots are drawn in the order in which the values lie in memory.
            var whole = x.is_contiguous()
                ? ones([_count, channels, height, width], x.dtype, x.device)
                : ones([_count, height, width, channels], x.dtype, x.device).permute(0, 3, 1, 2);
            lots = nn.functional.dropout(whole, probability, training: true).index_select(0, tensor(_rows, dtype: int64).to(x.device));
        }

        return x.mul(lots).MoveToOuterDisposeScope();
    }

    /// <summary>The sum over all ranks, beside the tensor.</summary>
    public Tensor Sum(Tensor numbers)
    {
        using var scope = NewDisposeScope();
        var values = numbers.detach().to(float64).cpu().contiguous().data<double>().ToArray();
        Ranks.Sum(values);
        return tensor(values, numbers.shape, dtype: float64).to(numbers.dtype).to(numbers.device).MoveToOuterDisposeScope();
    }

    /// <summary>A gradient for autograd, which is native code between the caller and this: a fault waits for
    /// <see cref="ThrowIfFailed"/>, and the result is held until autograd has taken it, which it has when it asks for the next.</summary>
    public Tensor Guarded(Func<Tensor> gradient)
    {
        // After one fault the ranks are out of step: another sum would wait for nobody.
        if (_fault is not null)
            return null!;
        try
        {
            using var scope = NewDisposeScope();
            var result = gradient().DetachFromDisposeScope();
            _held?.Dispose();
            return _held = result;
        }
        catch (Exception e)
        {
            _fault ??= ExceptionDispatchInfo.Capture(e);
            return null!;
        }
    }

    /// <summary>After backward: throws what went wrong in it.</summary>
    public void ThrowIfFailed() => _fault?.Throw();

    public void Dispose()
    {
        current = null;
        _held?.Dispose();
    }
}
