using System.Diagnostics;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using RoadSeg.Trainer.Teaching;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>One update of the weights: forward, backward, clipping, optimiser, average.</summary>
/// <param name="teacher">Labels the photos of batches that have any.</param>
internal sealed class TrainingStep(
    Recipe recipe,
    DeepLabV3Plus model,
    SegmentationLoss loss,
    Optimizer optimizer,
    Ema ema,
    Device device,
    AverageTeacher? teacher = null,
    Ranks? ranks = null
) : IDisposable
{
    /// <summary>Names the stream of seeds for dropout, one for each update.</summary>
    internal const long DropoutStream = 4;

    private readonly Ranks _ranks = ranks ?? Ranks.Alone;
    private readonly GradientBuckets? _buckets = ranks is { AreSeveral: true } ? BucketsOf(recipe, model, ranks, device) : null;

    /// <param name="step">Updates done before this one: with the seed it decides what dropout drops.</param>
    /// <param name="rate">Learning rate of the head.</param>
    /// <param name="next">Gives the batches, as many as the recipe accumulates.</param>
    /// <returns>The mean loss; NaN also when its gradient is no finite number. When the result is not finite the weights are as they
    /// were.</returns>
    public double Take(long step, double rate, Func<Batch> next)
    {
        var t = recipe.Training;
        var started = Stopwatch.GetTimestamp();
        random.manual_seed(SeededRandom.SeedOf(recipe.Seed, DropoutStream, step));
        var mean = 0.0;
        for (var i = 0; i < t.Accumulate; i++)
            mean += Backward(next(), step) / t.Accumulate;
        if (_ranks.Any(!double.IsFinite(mean)))
            return double.IsFinite(mean) ? double.NaN : mean;

        _buckets?.Average();
        var norm = t.GradientClip > 0 ? optimizer.GradientNorm() / t.Accumulate : 0;
        if (!double.IsFinite(norm))
            return double.NaN;
        optimizer.Step(rate, (norm > t.GradientClip && t.GradientClip > 0 ? t.GradientClip / norm : 1) / t.Accumulate);
        model.zero_grad();
        ema.Update(step + 1);
        TrainingMetrics.StepDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        return mean;
    }

    public void Dispose() => _buckets?.Dispose();

    // With batch norm over each rank's own part every rank has its own running statistics: their mean is what they go on with.
    private static GradientBuckets BucketsOf(Recipe recipe, DeepLabV3Plus model, Ranks ranks, Device device) =>
        new(
            ranks,
            model.parameters().Where(weight => weight.requires_grad),
            recipe.Training.SyncBatchNorm ? [] : model.buffers().Where(buffer => buffer.dtype == float32),
            device
        );

    private double Backward(Batch batch, long step)
    {
        using var scope = NewDisposeScope();
        using var shared = _ranks.AreSeveral
            ? new SharedBatch(_ranks, batch.Rows, recipe.Training.BatchSize, recipe.Training.SyncBatchNorm)
            : null;
        var value = Loss(batch, step);
        value.backward();
        shared?.ThrowIfFailed();
        return value.item<float>();
    }

    // A batch without a labelled pixel teaches nothing: a mean over none of its pixels would be no number.
    // A scope of its own: our references to activations end here, so that backward frees each as soon as it has used it.
    private Tensor Loss(Batch batch, long step)
    {
        using var scope = NewDisposeScope();
        var labelled = batch.Count - batch.Photos;
        var taught = batch.Photos > 0 ? teacher!.Label(batch, step) : [];
        var images = ModelInput.Normalised(batch.Images, batch.Count, batch.Height, batch.Width, device);
        var (logits, auxiliary) = Forward(images);
        using var numbers = new HeldScalars();
        var value = logits.sum().mul(numbers[0]);
        Add(0, labelled, batch.Masks[..(labelled * batch.Height * batch.Width)], 1);
        if (batch.PhotosOfAll > 0)
            Add(labelled, batch.Photos, taught, recipe.Unlabelled.Weight * Known(taught));
        return value.MoveToOuterDisposeScope();

        void Add(int first, int count, byte[] masks, double weight)
        {
            if (weight == 0 || !_ranks.Any(masks.AsSpan().ContainsAnyExcept((byte)loss.IgnoreId)))
                return;
            var target = ModelInput.Target(masks, count, batch.Height, batch.Width, device);
            value = value.add(loss.Of(logits.narrow(0, first, count), target), numbers[weight]);
            if (auxiliary is not null)
                value = value.add(loss.Of(auxiliary.narrow(0, first, count), target), numbers[weight * recipe.Training.AuxiliaryWeight]);
        }
    }

    // Of the photos of all ranks.
    private double Known(byte[] masks) =>
        1 - (_ranks.Sum((double)masks.AsSpan().Count((byte)loss.IgnoreId)) / _ranks.Sum((double)masks.Length));

    // Only the network computes in bfloat16; the loss takes its logits as floats.
    private (Tensor Logits, Tensor? Auxiliary) Forward(Tensor images)
    {
        if (!recipe.Training.Autocast)
            return model.forward(images);
        using var small = new Autocast(device.type);
        var (logits, auxiliary) = model.forward(images);
        return (logits.to(float32), auxiliary?.to(float32));
    }
}
