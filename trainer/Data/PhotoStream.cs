namespace RoadSeg.Trainer.Data;

/// <summary>The photos without labels that go into every batch.</summary>
/// <param name="Frames">The photos, with what is known of them.</param>
/// <param name="PerBatch">How many of a batch, at least 1.</param>
internal sealed record PhotoStream(IReadOnlyList<Frame> Frames, int PerBatch)
{
    /// <summary>Tells these photos and what is taught of them from others; empty where nobody asks.</summary>
    public string Fingerprint { get; init; } = "";

    public int StepsPerEpoch => Math.Max(1, Frames.Count / PerBatch);

    public int[] Order(SeededRandom random)
    {
        var order = Enumerable.Range(0, Frames.Count).ToArray();
        random.Shuffle(order);
        return order;
    }
}
