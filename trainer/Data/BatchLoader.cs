using System.Diagnostics;

namespace RoadSeg.Trainer.Data;

/// <summary>Batches in an order that seed, epoch and step decide; made ahead on background threads. Starting at any step gives the same
/// batches as running up to it.</summary>
internal sealed class BatchLoader(
    SegmentationSet set,
    Augmentation augmentation,
    AugmentationOptions size,
    int batchSize,
    long seed,
    int ahead
)
{
    private const long OrderStream = 1;
    private const long SampleStream = 2;

    private readonly Queue<Task<Batch>> _ready = new();
    private readonly Dictionary<long, int[]> _orders = [];

    /// <summary>The last, smaller batch of an epoch is left out: batch norm sees one size only.</summary>
    public int StepsPerEpoch { get; } = Math.Max(1, set.Frames.Count / batchSize);

    /// <summary>Time spent waiting for batches that were not ready.</summary>
    public TimeSpan Waited { get; private set; }

    /// <param name="firstStep">Steps already taken, counted over all epochs.</param>
    /// <param name="lastStep">One past the last step.</param>
    public IEnumerable<Batch> From(long firstStep, long lastStep)
    {
        var next = firstStep;
        for (var step = firstStep; step < lastStep; step++)
        {
            while (next < lastStep && _ready.Count < ahead)
            {
                var wanted = next++;
                _ready.Enqueue(Task.Run(() => Make(wanted)));
            }

            var task = _ready.Dequeue();
            var watch = Stopwatch.GetTimestamp();
            var batch = task.GetAwaiter().GetResult();
            Waited += Stopwatch.GetElapsedTime(watch);
            yield return batch;
        }
    }

    public Batch Make(long step)
    {
        var (epoch, position) = Math.DivRem(step, StepsPerEpoch);
        var order = OrderOf(epoch);
        var (h, w) = (size.CropHeight, size.CropWidth);
        var batch = new Batch(batchSize, h, w, new byte[batchSize * h * w * 3], new byte[batchSize * h * w]);
        for (var i = 0; i < batchSize; i++)
        {
            // A set smaller than the batch is gone through more than once.
            var index = order[(int)(((position * batchSize) + i) % order.Length)];
            augmentation.Draw(
                set.Frames[index],
                new SeededRandom(seed, SampleStream, step, i),
                batch.Images.AsSpan(i * h * w * 3, h * w * 3),
                batch.Masks.AsSpan(i * h * w, h * w)
            );
        }

        return batch;
    }

    // The same for every step of an epoch, and a step is made again after a stop: kept for the epochs under way, not drawn for each step.
    private int[] OrderOf(long epoch)
    {
        lock (_orders)
        {
            if (_orders.TryGetValue(epoch, out var order))
                return order;
            foreach (var old in _orders.Keys.Where(known => known < epoch - 1).ToList())
                _orders.Remove(old);
            return _orders[epoch] = set.Order(new SeededRandom(seed, OrderStream, epoch));
        }
    }
}
