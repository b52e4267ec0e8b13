namespace RoadSeg.Mutation;

/// <summary>An order that a seed decides, the same on every machine.</summary>
internal sealed class Order(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>All of them, shuffled; of those that begin at one place, one only.</summary>
    public IReadOnlyList<Candidate> Of(IReadOnlyList<Candidate> all)
    {
        var shuffled = all.ToArray();
        _random.Shuffle(shuffled);
        return [.. shuffled.DistinctBy(each => (each.File, each.Line))];
    }
}
