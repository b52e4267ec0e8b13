namespace RoadSeg.Trainer.Data;

/// <summary>Augmented samples, ready for the device: labelled frames first, then photos without labels.</summary>
/// <param name="Images">RGB bytes [Count, Height, Width, 3].</param>
/// <param name="Masks">Ids [Count, Height, Width].</param>
internal sealed record Batch(int Count, int Height, int Width, byte[] Images, byte[] Masks)
{
    /// <summary>How many of the samples, the last ones, are photos without labels.</summary>
    public int Photos { get; init; }

    /// <summary>What teachers say of the photos: ids [Photos, Height, Width].</summary>
    public byte[] Taught { get; init; } = [];

    /// <summary>The photos as they are, for the average to label: RGB bytes [Photos, Height, Width, 3].</summary>
    public byte[] Plain { get; init; } = [];

    /// <summary>Where the samples stand in the whole batch, of which this may be one rank's part.</summary>
    public long[] Rows { get; init; } = [];

    /// <summary>How many samples of the whole batch are photos.</summary>
    public int PhotosOfAll { get; init; }
}
