using RoadSeg.Labels;

namespace RoadSeg.Trainer.Teaching;

/// <summary>How much of what a teacher called each class was used: the share that says whether a class is being learned at all.</summary>
internal sealed class KeptLabels(int classes)
{
    private readonly long[] _called = new long[classes];
    private readonly long[] _kept = new long[classes];

    public long Called => _called.Sum();

    /// <summary>By class, the share kept, 0-1; null for a class that was never called.</summary>
    public double?[] Shares => [.. _called.Select((called, c) => called == 0 ? (double?)null : (double)_kept[c] / called)];

    /// <summary>Over all classes.</summary>
    public double Share => Called == 0 ? 0 : (double)_kept.Sum() / Called;

    public void Add(int id, bool kept)
    {
        _called[id]++;
        if (kept)
            _kept[id]++;
    }

    /// <summary>The shares in a sentence.</summary>
    public string Describe(LabelCatalogue labels) =>
        FormattableString.Invariant($"Of the teachers' labels {Share:P0} are kept: ")
        + string.Join(
            ", ",
            labels
                .Classes.Where(label => _called[label.Id] > 0)
                .Select(label => FormattableString.Invariant($"{label.Name} {Shares[label.Id]:P0}"))
        );

    public void Clear()
    {
        _called.AsSpan().Clear();
        _kept.AsSpan().Clear();
    }
}
