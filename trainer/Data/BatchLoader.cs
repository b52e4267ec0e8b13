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
    int ahead,
    PhotoStream? photos = null,
    BatchPart? part = null
)
{
    private const long OrderStream = 1;
    private const long SampleStream = 2;
    private const long PhotoOrderStream = 5;
    private const long DonorStream = 6;

    private readonly Queue<Task<Batch>> _ready = new();
    private readonly Dictionary<(long Stream, long Epoch), int[]> _orders = [];
    private readonly int _photos = photos?.PerBatch ?? 0;
    private readonly BatchPart _part = part ?? BatchPart.Whole;
    private readonly bool[]? _rare = size.Paste > 0 ? set.RareClasses(size.PasteBelow) : null;

    /// <summary>The last, smaller batch of an epoch is left out: batch norm sees one size only.</summary>
    public int StepsPerEpoch { get; } = Math.Max(1, set.Frames.Count / (batchSize - (photos?.PerBatch ?? 0)));

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
        var (h, w) = (size.CropHeight, size.CropWidth);
        var labelled = batchSize - _photos;
        var rows = _part.Rows(labelled, _photos);
        var mine = rows.Count(row => row >= labelled);
        var batch = new Batch(rows.Length, h, w, new byte[rows.Length * h * w * 3], new byte[rows.Length * h * w])
        {
            Photos = mine,
            Taught = new byte[mine * h * w],
            Plain = new byte[mine * h * w * 3],
            Rows = rows,
            PhotosOfAll = _photos,
        };
        for (var i = 0; i < rows.Length; i++)
        {
            // Named by its place in the whole batch, a sample is the same however many ranks share it.
            var row = (int)rows[i];
            var photo = i - (rows.Length - mine);
            var sample = new Sample(batch.Images.AsSpan(i * h * w * 3, h * w * 3), batch.Masks.AsSpan(i * h * w, h * w))
            {
                Taught = photo < 0 ? default : batch.Taught.AsSpan(photo * h * w, h * w),
                Plain = photo < 0 ? default : batch.Plain.AsSpan(photo * h * w * 3, h * w * 3),
            };
            var frame =
                photo < 0
                    ? set.Frames[IndexOf(step, row, labelled, StepsPerEpoch, OrderStream)]
                    : photos!.Frames[IndexOf(step, row - labelled, _photos, photos.StepsPerEpoch, PhotoOrderStream)];
            augmentation.Draw(frame, new SeededRandom(seed, SampleStream, step, row), sample, Donor(step, row), _rare);
        }

        return batch;
    }

    // A set smaller than the batch is gone through more than once.
    private int IndexOf(long step, int sample, int perStep, int stepsPerEpoch, long stream)
    {
        var (epoch, position) = Math.DivRem(step, stepsPerEpoch);
        var order = OrderOf(stream, epoch);
        return order[(int)(((position * perStep) + sample) % order.Length)];
    }

    private Frame? Donor(long step, int sample) =>
        _rare is null ? null : set.Frames[new SeededRandom(seed, DonorStream, step, sample).Next(set.Frames.Count)];

    // The same for every step of an epoch, and a step is made again after a stop: kept for the epochs under way, not drawn for each step.
    private int[] OrderOf(long stream, long epoch)
    {
        lock (_orders)
        {
            if (_orders.TryGetValue((stream, epoch), out var order))
                return order;
            foreach (var old in _orders.Keys.Where(known => known.Stream == stream && known.Epoch < epoch - 1).ToList())
                _orders.Remove(old);
            var random = new SeededRandom(seed, stream, epoch);
            return _orders[(stream, epoch)] = stream == OrderStream ? set.Order(random) : photos!.Order(random);
        }
    }
}
