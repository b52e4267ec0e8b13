namespace RoadSeg.Trainer.Data;

/// <summary>Where a drawn sample is written: a part of its batch.</summary>
/// <param name="image">RGB bytes [CropHeight, CropWidth, 3].</param>
/// <param name="mask">Ids [CropHeight, CropWidth].</param>
internal readonly ref struct Sample(Span<byte> image, Span<byte> mask)
{
    public Span<byte> Image { get; } = image;

    public Span<byte> Mask { get; } = mask;

    /// <summary>Ids that teachers gave, as <see cref="Mask"/>; empty for labelled frames.</summary>
    public Span<byte> Taught { get; init; }

    /// <summary>The same crop as it was taken, nothing pasted and no colour changed; empty where it is not wanted.</summary>
    public Span<byte> Plain { get; init; }
}
