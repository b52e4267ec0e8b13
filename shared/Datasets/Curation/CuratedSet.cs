using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Curation;

/// <summary>A curated set in a folder. Immutable; safe for several threads.</summary>
public sealed class CuratedSet
{
    private CuratedSet(string folder, CuratedManifest manifest, string version) =>
        (Folder, Manifest, Version) = (folder, manifest, version);

    /// <summary>Full path.</summary>
    public string Folder { get; }

    /// <summary>What it holds.</summary>
    public CuratedManifest Manifest { get; }

    /// <summary>Hash of the manifest, 16 hexadecimal digits.</summary>
    public string Version { get; }

    /// <summary>Classes; 255 is unlabelled.</summary>
    public LabelCatalogue Labels => Manifest.Labels;

    /// <summary>True when a folder has a curated set's manifest; false for a folder without one or with another kind of manifest.</summary>
    public static bool IsIn(string folder)
    {
        var path = Path.Combine(folder, CuratedManifest.FileName);
        return File.Exists(path) && File.ReadAllText(path).Contains(CuratedManifest.CuratedKind, StringComparison.Ordinal);
    }

    /// <summary>Opens a set: reads the manifest, and sees that every shard is there in its size. Hashes are checked as shards are
    /// read.</summary>
    /// <exception cref="RoadSegException">curated-set-invalid.</exception>
    public static CuratedSet Open(string folder)
    {
        var path = Path.Combine(folder, CuratedManifest.FileName);
        if (!File.Exists(path))
            throw CuratedManifest.Invalid($"There is no {CuratedManifest.FileName} in the folder.");
        var bytes = File.ReadAllBytes(path);
        var set = new CuratedSet(Path.GetFullPath(folder), CuratedManifest.Parse(bytes), CuratedManifest.VersionOf(bytes));
        foreach (var shard in set.Manifest.Splits.SelectMany(split => split.Shards))
        {
            var file = new FileInfo(Path.Combine(folder, shard.File));
            if (!file.Exists || file.Length != shard.Bytes)
                throw CuratedManifest.Invalid($"The shard {shard.File} is missing or has not its {shard.Bytes:N0} bytes.");
        }

        return set;
    }

    /// <summary>A split, or null where the set has none of it.</summary>
    public CuratedSplit? Find(Split split) => Manifest.Splits.FirstOrDefault(entry => entry.Split == split);

    /// <summary>Reads a whole shard in one go and checks its hash.</summary>
    /// <param name="shard">A shard of <see cref="Manifest"/>.</param>
    /// <returns>Its samples in order.</returns>
    /// <exception cref="RoadSegException">curated-set-invalid: it is gone or damaged.</exception>
    public CuratedSample[] Read(CuratedShard shard)
    {
        ArgumentNullException.ThrowIfNull(shard);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(Path.Combine(Folder, shard.File));
        }
        catch (FileNotFoundException e)
        {
            throw CuratedManifest.Invalid($"The shard {shard.File} is missing.", e);
        }

        return Parse(shard, bytes, Labels);
    }

    /// <summary>The samples of a shard whose bytes were read elsewhere; its hash is checked.</summary>
    /// <param name="shard">A shard of a manifest.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="labels">Classes of the same manifest.</param>
    /// <exception cref="RoadSegException">curated-set-invalid: it is damaged.</exception>
    public static CuratedSample[] Parse(CuratedShard shard, ReadOnlySpan<byte> bytes, LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(labels);
        return Shard.Parse(shard.File, bytes, shard, labels.Count);
    }

    /// <summary>The samples of a split in their order; at most one shard is in memory.</summary>
    /// <exception cref="RoadSegException">curated-set-invalid.</exception>
    public IEnumerable<CuratedSample> Samples(Split split) => Find(split) is { } entry ? entry.Shards.SelectMany(Read) : [];
}
