using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;

namespace RoadSeg.Trainer.Data;

/// <summary>The frames of a curated split, a shard at a time: a few decoded shards are held and the one used longest ago goes. Safe for
/// several threads; each shard's hash is checked whenever it is read.</summary>
internal sealed class CuratedFrames : IReadOnlyList<Frame>
{
    // A batch may lie across two shards, and batches are made ahead: three are in use at most, the next is being read.
    private const int ShardsHeld = 4;

    private readonly CuratedSet set;
    private readonly CuratedSplit split;
    private readonly int[] starts;
    private readonly LinkedList<(int Shard, Lazy<Frame[]> Frames)> held = [];
    private readonly Lock gate = new();

    public CuratedFrames(CuratedSet set, CuratedSplit split)
    {
        (this.set, this.split) = (set, split);
        starts = new int[split.Shards.Count + 1];
        for (var i = 0; i < split.Shards.Count; i++)
            starts[i + 1] = starts[i] + split.Shards[i].Samples;
    }

    public int Count => starts[^1];

    /// <summary>The hashes of its shards, which are checked as they are read.</summary>
    public string Fingerprint => string.Join(' ', split.Shards.Select(shard => shard.Sha256));

    /// <summary>Shards read from disk, for tests and logs.</summary>
    public int ShardsRead { get; private set; }

    public Frame this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var found = Array.BinarySearch(starts, index);
            var shard = found >= 0 ? found : ~found - 1;
            return Shard(shard)[index - starts[shard]];
        }
    }

    /// <summary>Shards in an order by lot, frames by lot within each: every frame once, and each shard is read once an epoch.</summary>
    public int[] Order(SeededRandom random)
    {
        var shards = Enumerable.Range(0, split.Shards.Count).ToArray();
        random.Shuffle(shards);
        var order = new int[Count];
        var at = 0;
        foreach (var shard in shards)
        {
            var part = order.AsSpan(at, starts[shard + 1] - starts[shard]);
            for (var i = 0; i < part.Length; i++)
                part[i] = starts[shard] + i;
            random.Shuffle(part);
            at += part.Length;
        }

        return order;
    }

    public IEnumerator<Frame> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();

    private Frame[] Shard(int shard)
    {
        Lazy<Frame[]> frames;
        lock (gate)
        {
            var node = held.First;
            while (node is not null && node.Value.Shard != shard)
                node = node.Next;
            if (node is null)
            {
                node = new LinkedListNode<(int, Lazy<Frame[]>)>((shard, new Lazy<Frame[]>(() => Read(shard))));
                if (held.Count == ShardsHeld)
                    held.RemoveLast();
                ShardsRead++;
            }
            else
            {
                held.Remove(node);
            }

            held.AddFirst(node);
            frames = node.Value.Frames;
        }

        return frames.Value;
    }

    private Frame[] Read(int shard)
    {
        try
        {
            return [.. set.Read(split.Shards[shard]).Select(sample => new Frame(sample.Id, sample.Image, sample.Ids))];
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"{set.Folder}: {e.Message}", e);
        }
    }
}
