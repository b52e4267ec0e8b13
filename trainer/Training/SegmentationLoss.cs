using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>Cross-entropy at the target's size (class weights, label smoothing, hard pixels only) and soft Dice. Where ranks share a batch
/// (<see cref="SharedBatch"/>) it is the loss of the whole batch, the same on each; only hard pixels are chosen by each rank among its
/// own.</summary>
internal sealed class SegmentationLoss : IDisposable
{
    private const double LeastWeight = 1e-12;

    private readonly TrainingOptions _options;
    private readonly Tensor? _weights;

    public SegmentationLoss(TrainingOptions options, SegmentationSet set, Device device)
    {
        (_options, IgnoreId) = (options, set.IgnoreId);
        Weights = ClassWeights.Of(options, set);
        _weights = Weights is null ? null : tensor(Weights, [Weights.Length], dtype: float32).to(device).DetachFromDisposeScope();
    }

    /// <summary>Value of unlabelled pixels in targets.</summary>
    public long IgnoreId { get; }

    /// <summary>Per class, or null when all count alike.</summary>
    public float[]? Weights { get; }

    /// <param name="logits">[N, C, h, w] at any stride.</param>
    /// <param name="target">Int64 [N, H, W].</param>
    public Tensor Of(Tensor logits, Tensor target)
    {
        var full = Resize.To(logits, target.shape[1], target.shape[2]);
        var loss =
            _options.OhemShare < 1 ? Hard(full, target)
            : SharedBatch.Current is null
                ? nn.functional.cross_entropy(full, target, _weights, IgnoreId, label_smoothing: _options.LabelSmoothing)
            : Mean(
                nn.functional.cross_entropy(full, target, _weights, IgnoreId, nn.Reduction.Sum, _options.LabelSmoothing),
                WeightOf(target)
            );
        if (_options.DiceWeight == 0)
            return loss;
        using var numbers = new HeldScalars();
        return loss.add(Dice(full, target, numbers), numbers[_options.DiceWeight]);
    }

    public void Dispose() => _weights?.Dispose();

    private Tensor Hard(Tensor logits, Tensor target)
    {
        var each = nn.functional.cross_entropy(logits, target, _weights, IgnoreId, nn.Reduction.None, _options.LabelSmoothing).flatten();
        using var numbers = new HeldScalars();
        var labelled = target.ne(numbers[IgnoreId]).sum().item<long>();

        // A rank may have no row of a kind, and then no pixel.
        var keep = labelled == 0 && SharedBatch.Current is not null ? 0 : Math.Max(1, (int)(labelled * _options.OhemShare));
        var hardest = each.topk(keep, sorted: false).values;
        return SharedBatch.Current is null ? hardest.mean() : Mean(hardest.sum(), keep);
    }

    // Each rank has a part of the sum and a part of what it is divided by.
    private static Tensor Mean(Tensor sum, double weight)
    {
        var shared = SharedBatch.Current!;
        using var numbers = new HeldScalars();
        return SumOverRanks.Of(sum, shared).div(numbers[Math.Max(LeastWeight, shared.Ranks.Sum(weight))]);
    }

    // What the mean of cross-entropy divides by: the labelled pixels, each by the weight of its class.
    private double WeightOf(Tensor target)
    {
        using var scope = NewDisposeScope();
        using var numbers = new HeldScalars();
        var labelled = target.ne(numbers[IgnoreId]);
        if (_weights is null)
            return labelled.sum().item<long>();
        var each = _weights.index_select(0, target.masked_fill(labelled.logical_not(), numbers[0]).flatten());
        return each.mul(labelled.flatten()).sum(ScalarType.Float64).item<double>();
    }

    // 1 - 2|A and B| / (|A| + |B|) per class over the whole batch, averaged over the classes that the target holds.
    private Tensor Dice(Tensor logits, Tensor target, HeldScalars numbers)
    {
        var valid = target.ne(numbers[IgnoreId]).unsqueeze(1).to(float32);
        var probability = nn.functional.softmax(logits, 1).mul(valid);
        var truth = zeros_like(probability).scatter_(1, target.masked_fill(target.eq(numbers[IgnoreId]), numbers[0]).unsqueeze(1), valid);
        var all = probability.sum([0L, 2, 3]);
        var both = probability.mul(truth).sum([0L, 2, 3]);
        var count = truth.sum([0L, 2, 3]);
        if (SharedBatch.Current is { } shared)
        {
            var sums = SumOverRanks.Of(stack([all, both, count]), shared);
            (all, both, count) = (sums.select(0, 0), sums.select(0, 1), sums.select(0, 2));
        }

        var present = count.gt(numbers[0]).to(float32);
        var dice = both.mul(numbers[2]).add(numbers[1], numbers[1]).div(all.add(count, numbers[1]).add(numbers[1], numbers[1]));
        return dice.neg().add(numbers[1], numbers[1]).mul(present).sum().div(present.sum().add(numbers[1e-6], numbers[1]));
    }
}
