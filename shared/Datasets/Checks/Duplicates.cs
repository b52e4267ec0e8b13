using System.Buffers.Binary;

namespace RoadSeg.Datasets.Checks;

/// <summary>Finds images that equal or nearly equal a kept one as they come: 16 bytes of hash and 32 of picture an image, no pixels. Near
/// ones are looked for by comparing with every image of the splits before, which are the small ones.</summary>
internal sealed class Duplicates
{
    private readonly Dictionary<UInt128, string> byHash = [];
    private readonly Dictionary<Split, List<(PerceptualHash Hash, string Image)>> seen = [];

    /// <summary>The kept image with the same bytes, or null.</summary>
    public string? EqualTo(Sample sample) => byHash.GetValueOrDefault(Key(sample));

    /// <summary>Keeps an image for those that come after it.</summary>
    /// <returns>The kept image of another split that nearly equals it, with the bits that differ; null for none.</returns>
    public (string Image, Split Split, int Distance)? Keep(Sample sample)
    {
        byHash.Add(Key(sample), sample.Pair.Image);
        (string Image, Split Split, int Distance)? nearest = null;
        foreach (var (split, others) in seen)
        {
            if (split == sample.Split)
                continue;
            foreach (var (hash, image) in others)
            {
                if (sample.Hash.IsNear(hash) && (nearest is null || sample.Hash.Distance(hash) < nearest.Value.Distance))
                    nearest = (image, split, sample.Hash.Distance(hash));
            }
        }

        if (!seen.TryGetValue(sample.Split, out var own))
            seen[sample.Split] = own = [];
        own.Add((sample.Hash, sample.Pair.Image));
        return nearest;
    }

    private static UInt128 Key(Sample sample) => BinaryPrimitives.ReadUInt128LittleEndian(sample.ImageSha256);
}
