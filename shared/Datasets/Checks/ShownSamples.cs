using System.IO.Hashing;
using System.Text;

namespace RoadSeg.Datasets.Checks;

/// <summary>A few samples by lot, the same for the same set and seed.</summary>
internal sealed class ShownSamples(int count, long seed)
{
    private readonly SortedList<(ulong, string), Sample> kept = [];

    public IEnumerable<Sample> Samples =>
        kept.Values.OrderBy(sample => sample.Split).ThenBy(sample => sample.Pair.Id, StringComparer.Ordinal);

    public void Offer(Sample sample)
    {
        var key = (XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(sample.Pair.Image), ~seed), sample.Pair.Image);
        kept.TryAdd(key, sample);
        if (kept.Count > count)
            kept.RemoveAt(kept.Count - 1);
    }
}
