using System.Buffers;

namespace RoadSeg.Datasets.Masks;

/// <summary>A decoded mask: one value a pixel, as the label map's keys. Its memory is rented: dispose it.</summary>
internal sealed class MaskValues(int width, int height, bool lossy) : IDisposable
{
    /// <summary>A pixel that is transparent: no value at all.</summary>
    public const int Transparent = -1;

    /// <summary>A pixel that several labels cover.</summary>
    public const int Overlap = -2;

    /// <summary>A pixel of a segment that the panoptic list does not have.</summary>
    public const int UnlistedSegment = -3;

    /// <summary>Stands for all values beyond the number that is counted by itself.</summary>
    public const int More = -4;

    /// <summary>A pixel that no shape covers.</summary>
    public const int Undrawn = -5;

    private readonly int[] rented = ArrayPool<int>.Shared.Rent(checked(width * height));

    public int Width => width;

    public int Height => height;

    /// <summary>True when the file's format loses detail, so that values differ from those drawn.</summary>
    public bool Lossy => lossy;

    /// <summary>Shape [Height, Width].</summary>
    public Span<int> Values => rented.AsSpan(0, width * height);

    public Span<int> Row(int y) => Values.Slice(y * width, width);

    public static string? Special(int key) =>
        key switch
        {
            Transparent => "transparent",
            Overlap => "overlap of labels",
            UnlistedSegment => "segment that is not listed",
            More => "further values",
            Undrawn => "not drawn",
            _ => null,
        };

    public void Dispose() => ArrayPool<int>.Shared.Return(rented);
}
