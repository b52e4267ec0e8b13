using System.Globalization;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Audits;

/// <summary>Adds up an audit photo by photo. What has been added up is a <see cref="DatasetAudit"/>, with which another tally goes on: the
/// same photos in the same order give the same audit, however often it was put aside.</summary>
public sealed class AuditTally
{
    private const int MostSkipped = 1000;

    private readonly CuratedManifest _manifest;
    private readonly AuditOptions _options;
    private readonly LabelAuditor _auditor;
    private readonly DatasetAudit _so;
    private readonly Dictionary<(string Label, string Seen), (long Pixels, int Photos)> _pairs;
    private readonly List<SkippedPhoto> _skipped;

    // The best of the worst first. Of equal scores the later one counts as better.
    private readonly PriorityQueue<DisputedRegion, (double Score, string Later)> _listed = new(new WorstLast());
    private readonly PriorityQueue<string, (double Score, string Later)> _pictured = new(new WorstLast());
    private readonly Dictionary<string, byte[]> _crops = [];
    private int _photos;
    private int _looked;
    private long _labelled;
    private long _disputed;
    private long _found;

    /// <summary>A tally that begins, or goes on.</summary>
    /// <param name="manifest">The version.</param>
    /// <param name="auditor">Looks at each photo.</param>
    /// <param name="options">How much is kept.</param>
    /// <param name="so">What it goes on from: of the same version, model and options. See <see cref="Begin"/>.</param>
    public AuditTally(CuratedManifest manifest, LabelAuditor auditor, AuditOptions options, DatasetAudit so)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(auditor);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(so);
        (_manifest, _auditor, _options, _so) = (manifest, auditor, options, so);
        (_looked, _photos, _found) = (so.Looked, so.Photos, so.Found);
        (_labelled, _disputed) = (so.LabelledPixels, so.DisputedPixels);
        _pairs = so.Pairs.ToDictionary(pair => (pair.From, pair.To), pair => (pair.Pixels, pair.Photos));
        _skipped = [.. so.Skipped];
        foreach (var region in so.Regions)
            _listed.Enqueue(region, Order(region));
        foreach (var region in so.Regions.Take(options.Pictured))
            _pictured.Enqueue(region.Crop, Order(region));
    }

    /// <summary>An audit of nothing yet.</summary>
    public static DatasetAudit Begin(CuratedManifest manifest, string version, string model, string modelVersion, LabelAuditor auditor)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(auditor);
        return new DatasetAudit
        {
            Name = manifest.Name,
            Version = version,
            Model = model,
            ModelVersion = modelVersion,
            Looked = 0,
            Photos = 0,
            LabelledPixels = 0,
            DisputedPixels = 0,
            Pairs = [],
            Found = 0,
            Regions = [],
            Skipped = [],
            Notes =
                auditor.Unknown.Count == 0
                    ? []
                    : [$"The model has no class for: {string.Join(", ", auditor.Unknown)}. Pixels labelled so were left out."],
        };
    }

    /// <summary>What has been added up.</summary>
    public DatasetAudit Audit =>
        _so with
        {
            Looked = _looked,
            Photos = _photos,
            LabelledPixels = _labelled,
            DisputedPixels = _disputed,
            Found = _found,
            Pairs =
            [
                .. _pairs
                    .Select(pair => new ChangedPair(pair.Key.Label, pair.Key.Seen, pair.Value.Pixels, pair.Value.Photos))
                    .OrderByDescending(pair => pair.Pixels)
                    .ThenBy(pair => pair.From, StringComparer.Ordinal)
                    .ThenBy(pair => pair.To, StringComparer.Ordinal),
            ],
            Regions =
            [
                .. _listed
                    .UnorderedItems.OrderByDescending(item => item.Priority.Score)
                    .ThenBy(item => item.Priority.Later, StringComparer.Ordinal)
                    .Select(item => item.Element),
            ],
            Skipped = [.. _skipped],
        };

    /// <summary>Pictures of the worst regions, PNG by name, that were made by this tally and not taken yet.</summary>
    public IReadOnlyDictionary<string, byte[]> TakeCrops()
    {
        var taken = new Dictionary<string, byte[]>(_crops);
        _crops.Clear();
        return taken;
    }

    /// <summary>Photos that were looked at, skipped ones among them: where to go on.</summary>
    public int Looked => _looked;

    /// <summary>The photos of a shard; a damaged one is told as skipped.</summary>
    /// <param name="shard">A shard of the version.</param>
    /// <param name="bytes">All of it.</param>
    /// <param name="labels">Classes of the version.</param>
    public IReadOnlyList<CuratedSample> Read(CuratedShard shard, ReadOnlySpan<byte> bytes, LabelCatalogue labels)
    {
        ArgumentNullException.ThrowIfNull(shard);
        try
        {
            return CuratedSet.Parse(shard, bytes, labels);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.CuratedSetInvalid)
        {
            Skip(shard.File, e.Message, shard.Samples);
            return [];
        }
    }

    /// <summary>True for a photo that is worth a run of the model; one without labels is told as skipped.</summary>
    public bool IsLabelled(CuratedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Ids.AsSpan().ContainsAnyExcept((byte)255))
            return true;
        Skip(sample.Id, "It has no labelled pixel.");
        return false;
    }

    /// <summary>Tells of what could not be audited.</summary>
    /// <param name="id">The photo, or the shard.</param>
    /// <param name="reason">Why.</param>
    /// <param name="photos">How many photos that is.</param>
    public void Skip(string id, string reason, int photos = 1)
    {
        _looked += photos;
        if (_skipped.Count < MostSkipped)
            _skipped.Add(new SkippedPhoto(id, reason));
    }

    /// <summary>Adds a photo. One that is noise is told as skipped.</summary>
    /// <param name="sample">The photo.</param>
    /// <param name="split">Where it is.</param>
    /// <param name="seen">What the model sees, at the photo's size, asked for <see cref="LabelAuditor.Asked"/>.</param>
    public void Add(CuratedSample sample, Split split, SegmentationResult seen)
    {
        ArgumentNullException.ThrowIfNull(sample);
        AuditedPhoto audited;
        try
        {
            audited = _auditor.Audit(sample, seen);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.MaskTooComplex)
        {
            Skip(sample.Id, e.Message);
            return;
        }

        _labelled += audited.Labelled;
        _disputed += audited.Disputed.Values.Sum();
        _found += audited.Regions.Count;
        foreach (var (pair, pixels) in audited.Disputed)
        {
            var key = (Name(pair.Label), Name(pair.Seen));
            var known = _pairs.GetValueOrDefault(key);
            _pairs[key] = (known.Pixels + pixels, known.Photos + 1);
        }

        for (var i = 0; i < audited.Regions.Count; i++)
            Add(sample, split, audited, audited.Regions[i], string.Create(CultureInfo.InvariantCulture, $"{_looked:D6}-{i:D3}.png"));
        (_photos, _looked) = (_photos + 1, _looked + 1);
    }

    private void Add(CuratedSample sample, Split split, AuditedPhoto audited, FoundRegion found, string crop)
    {
        var region = new DisputedRegion(
            sample.Id,
            split,
            found.Box,
            found.Pixels,
            Name(found.Label),
            Name(found.Likely),
            Math.Round(found.Score, 4),
            Math.Round(found.Confidence, 4),
            crop
        );
        var order = Order(region);
        _listed.Enqueue(region, order);
        if (_listed.Count > _options.Listed)
            _listed.Dequeue();
        _pictured.Enqueue(crop, order);
        if (_pictured.Count > _options.Pictured && _pictured.Dequeue() is var dropped && !_crops.Remove(dropped) && dropped == crop)
            return;
        _crops[crop] = AuditCrop.Png(sample, audited.Seen, found, _manifest.Labels);
    }

    private string Name(byte id) => DatasetComparer.Named(_manifest.Labels, id);

    private static (double, string) Order(DisputedRegion region) => (region.Score, region.Crop);

    private sealed class WorstLast : IComparer<(double Score, string Later)>
    {
        public int Compare((double Score, string Later) x, (double Score, string Later) y) =>
            x.Score != y.Score ? x.Score.CompareTo(y.Score) : string.CompareOrdinal(y.Later, x.Later);
    }
}
