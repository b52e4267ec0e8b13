using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Datasets.Audits;
using RoadSeg.Datasets.Curation;

namespace RoadSeg.Tests;

/// <summary>Gives regions of a photo's labels a wrong class, and asks an audit which. The rule: the regions of a photo are its connected ones of one class (over pixel edges) of at least
/// <see cref="MinPixels"/> pixels, numbered by their first pixel in reading order; of SHA-256("seed/photo/number") the first eight bytes, little-endian, over 2^64 are a region's lot, and it
/// is planted where that is below the share; the next four bytes modulo the other classes, counted without its own, are its wrong class.</summary>
public sealed class PlantedFaults
{
    public const int MinPixels = 20;

    private readonly int[] _regionOf;
    private readonly bool[] _planted;

    public PlantedFaults(CuratedSample sample, int classes, int seed, double share)
    {
        var (width, height) = (sample.Image.Width, sample.Image.Height);
        (_regionOf, var regions) = Regions(sample.Ids, width, height);
        _planted = new bool[regions.Count];
        var ids = (byte[])sample.Ids.Clone();
        foreach (var pixels in regions)
        {
            var number = _regionOf[pixels[0]];
            var lot = SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{sample.Id}/{number}")));
            _planted[number] = BinaryPrimitives.ReadUInt64LittleEndian(lot) < share * ulong.MaxValue;
            if (!_planted[number])
                continue;
            var (own, wrong) = (ids[pixels[0]], (byte)(BinaryPrimitives.ReadUInt32LittleEndian(lot.AsSpan(8)) % (uint)(classes - 1)));
            foreach (var pixel in pixels)
                ids[pixel] = wrong >= own ? (byte)(wrong + 1) : wrong;
        }

        Sample = sample with { Ids = ids };
    }

    /// <summary>The photo under labels with faults.</summary>
    public CuratedSample Sample { get; }

    /// <summary>Every region, whether it is planted, and what the audit says of it: the score of the worst disputed region that has more pixels in it than in any other; 0 where there is
    /// none.</summary>
    public IReadOnlyList<(bool Planted, double Score)> Scores(AuditedPhoto audited)
    {
        var scores = new double[_planted.Length];
        foreach (var found in audited.Regions)
        {
            var most = found.Runs.SelectMany(run => Enumerable.Range(run.Start, run.End - run.Start).Select(x => _regionOf[(run.Row * Sample.Image.Width) + x]))
                .Where(region => region >= 0)
                .CountBy(region => region)
                .OrderByDescending(count => count.Value)
                .ThenBy(count => count.Key)
                .FirstOrDefault(KeyValuePair.Create(-1, 0))
                .Key;
            if (most >= 0)
                scores[most] = Math.Max(scores[most], found.Score);
        }

        return [.. _planted.Zip(scores)];
    }

    /// <summary>Area under the ROC curve: the chance that a planted region scores higher than one that is not, ties counted half.</summary>
    public static double Auc(IReadOnlyCollection<(bool Planted, double Score)> regions)
    {
        var (below, wins, planted) = (0.0, 0.0, 0.0);
        foreach (var tie in regions.GroupBy(region => region.Score).OrderBy(group => group.Key))
        {
            var (positive, negative) = (tie.Count(region => region.Planted), tie.Count(region => !region.Planted));
            wins += positive * (below + (negative / 2.0));
            (below, planted) = (below + negative, planted + positive);
        }

        return wins / (planted * below);
    }

    private static (int[] RegionOf, List<List<int>> Regions) Regions(byte[] ids, int width, int height)
    {
        var (regionOf, seen, regions) = (new int[ids.Length], new bool[ids.Length], new List<List<int>>());
        Array.Fill(regionOf, -1);
        for (var first = 0; first < ids.Length; first++)
        {
            if (seen[first] || ids[first] == 255)
                continue;
            seen[first] = true;
            var pixels = new List<int> { first };
            for (var i = 0; i < pixels.Count; i++)
            {
                var (x, y) = (pixels[i] % width, pixels[i] / width);
                Add(x - 1, y);
                Add(x + 1, y);
                Add(x, y - 1);
                Add(x, y + 1);
            }

            if (pixels.Count < MinPixels)
                continue;
            foreach (var pixel in pixels)
                regionOf[pixel] = regions.Count;
            regions.Add(pixels);

            void Add(int x, int y)
            {
                var at = (y * width) + x;
                if (x < 0 || y < 0 || x >= width || y >= height || seen[at] || ids[at] != ids[first])
                    return;
                seen[at] = true;
                pixels.Add(at);
            }
        }

        return (regionOf, regions);
    }
}
