using RoadSeg.Datasets.Curation;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Results;

namespace RoadSeg.Datasets.Audits;

/// <summary>Holds labels against what a model sees. A disputed region is a connected one (over pixel edges) of one label in which the model
/// says other classes; unlabelled pixels, labels that the model does not know and classes that the set does not have are in none.
/// <para>The score of a region is <c>sum(m) / (n + k)</c> over its <c>n</c> pixels that are no edge, where
/// <c>m = (p - q) / (p + q)</c>, <c>p</c> is the probability of the model's class and <c>q</c> that of the label: 0 where the model
/// wavers between the two, 1 where it rules the label out. <c>k</c> (<see cref="AuditOptions.Small"/>) draws regions of few pixels, whose
/// mean is chance, towards 0.</para>
/// <para>A pixel is an edge when, within <see cref="AuditOptions.Edge"/> of it in both directions, lie a pixel that is labelled as the
/// class that the model says here, and one of this pixel's label on which the model agrees: then the line between two things was drawn elsewhere,
/// which is no fault of a label. (The probability of the given label as a measure of its quality: Northcutt, Jiang and Chuang, "Confident
/// Learning", 2021.)</para></summary>
public sealed class LabelAuditor
{
    private const byte None = 255;
    private const int MaxRuns = 2_000_000;

    private readonly AuditOptions _options;
    private readonly int[] _classOf;
    private readonly bool[] _known = new bool[256];

    /// <summary>An auditor of one data set by one model.</summary>
    /// <param name="labels">The data set's classes.</param>
    /// <param name="model">The model.</param>
    /// <param name="names">Which class of the set each of the model's is.</param>
    /// <param name="options">What counts.</param>
    /// <exception cref="RoadSegException">classes-unmatched: a class that nobody knows; confidence-unavailable: the model gives classes
    /// without confidence.</exception>
    public LabelAuditor(LabelCatalogue labels, ModelDescription model, ClassNames names, AuditOptions options)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (model.Output.Kind is OutputKind.ClassIds)
            throw new RoadSegException(
                ErrorCodes.ConfidenceUnavailable,
                $"The model {model.Name} gives classes without confidence: there is no telling what it is sure of. Audit with another."
            );
        _options = options;
        _classOf = names.Ids(model.Name, model.Labels, labels);
        foreach (var id in _classOf.Where(static id => id >= 0))
            _known[id] = true;
        Unknown = [.. labels.Classes.Where(label => !_known[label.Id]).Select(static label => label.Name)];
    }

    /// <summary>Classes of the set that the model cannot say: pixels labelled so are left out.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>What the model is to be asked for beside its own classes: the probability of each label.</summary>
    public AskedClasses Asked(CuratedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return new AskedClasses(sample.Ids, _classOf);
    }

    /// <summary>Finds what the model disputes.</summary>
    /// <param name="sample">The photo and its labels.</param>
    /// <param name="seen">What the model sees, at the photo's size, asked for <see cref="Asked"/>.</param>
    /// <exception cref="RoadSegException">mask-too-complex: labels or model are noise.</exception>
    public AuditedPhoto Audit(CuratedSample sample, SegmentationResult seen)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentNullException.ThrowIfNull(seen);
        var (width, height) = (sample.Image.Width, sample.Image.Height);
        if ((seen.Width, seen.Height) != (width, height) || seen.Asked is null)
            throw new ArgumentException("The model was not asked for the labels of this photo.", nameof(seen));
        var (classes, disputed) = (new byte[sample.Ids.Length], new byte[sample.Ids.Length]);
        var (labelled, counts) = (0L, new long[256, 256]);
        for (var i = 0; i < classes.Length; i++)
        {
            var (label, id) = (sample.Ids[i], _classOf[seen.ClassIds[i]]);
            (classes[i], disputed[i]) = (id < 0 ? None : (byte)id, None);
            if (!_known[label] || id < 0)
                continue;
            labelled++;
            if (id == label)
                continue;
            disputed[i] = label;
            counts[label, id]++;
        }

        return new AuditedPhoto(classes, labelled, Pairs(counts), Regions(sample, seen, classes, disputed));
    }

    private List<FoundRegion> Regions(CuratedSample sample, SegmentationResult seen, byte[] classes, byte[] disputed)
    {
        var (width, height) = (sample.Image.Width, sample.Image.Height);
        var edge = (int)Math.Round(_options.Edge * Math.Sqrt(((double)width * width) + ((double)height * height)));
        var small = _options.Small * width * height;
        var runs = new MaskRuns(disputed, width, height, MaxRuns);
        var (order, first) = runs.ByRegion();
        var found = new List<FoundRegion>();
        foreach (var region in runs.Regions.Where(region => region.Id != None && region.Area >= _options.MinPixels))
        {
            var its = order[first[region.Index]..first[region.Index + 1]];
            var (inner, sure, margin, votes) = (0, 0.0, 0.0, new double[256]);
            foreach (var run in its)
            {
                for (int x = runs.Start(run), y = runs.Row(run); x < runs.End(run); x++)
                {
                    var at = (y * width) + x;
                    if (IsEdge(sample.Ids, classes, width, height, x, y, edge))
                        continue;
                    var (says, label) = (seen.Confidence![at] / 255.0, seen.Asked![at] / 255.0);
                    var lead = says > label ? (says - label) / (says + label) : 0;
                    (inner, sure, margin) = (inner + 1, sure + says, margin + lead);
                    votes[classes[at]] += lead;
                }
            }

            if (inner < _options.MinPixels || margin == 0)
                continue;
            found.Add(
                new FoundRegion(
                    region.Id,
                    (byte)Array.IndexOf(votes, votes.Max()),
                    region.Bbox,
                    (int)region.Area,
                    margin / (inner + small),
                    sure / inner,
                    [.. its.Select(run => new MaskRun(runs.Row(run), runs.Start(run), runs.End(run)))]
                )
            );
        }

        return [.. found.OrderByDescending(static region => region.Score)];
    }

    private static bool IsEdge(byte[] labels, byte[] classes, int width, int height, int x, int y, int edge)
    {
        var (label, seen) = (labels[(y * width) + x], classes[(y * width) + x]);
        var (elsewhere, agreed) = (false, false);
        for (var row = Math.Max(0, y - edge); row <= Math.Min(height - 1, y + edge); row++)
        {
            for (var at = (row * width) + Math.Max(0, x - edge); at <= (row * width) + Math.Min(width - 1, x + edge); at++)
            {
                elsewhere |= labels[at] == seen;
                agreed |= labels[at] == label && classes[at] == label;
                if (elsewhere && agreed)
                    return true;
            }
        }

        return false;
    }

    private static Dictionary<(byte, byte), long> Pairs(long[,] counts)
    {
        var pairs = new Dictionary<(byte, byte), long>();
        for (var label = 0; label < 256; label++)
        {
            for (var seen = 0; seen < 256; seen++)
            {
                if (counts[label, seen] > 0)
                    pairs[((byte)label, (byte)seen)] = counts[label, seen];
            }
        }

        return pairs;
    }
}
