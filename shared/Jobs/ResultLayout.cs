using RoadSeg.Storage;

namespace RoadSeg.Jobs;

/// <summary>Where mask, confidence and summary lie in the one file of a result (<see cref="ResultFiles.Whole"/>): one after the other from
/// its start. One file costs one write.</summary>
/// <param name="Mask">Bytes of the mask.</param>
/// <param name="Confidence">Bytes of the confidence; 0 for a model that gives class ids alone.</param>
/// <param name="Summary">Bytes of the summary.</param>
public sealed record ResultLayout(long Mask, long Confidence, long Summary)
{
    /// <summary>The first byte of a part and how many it has.</summary>
    /// <param name="part">One of <see cref="ResultFiles"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is none of the parts.</exception>
    public (long Offset, long Length) Of(string part) =>
        part switch
        {
            ResultFiles.Mask => (0, Mask),
            ResultFiles.Confidence => (Mask, Confidence),
            ResultFiles.Summary => (Mask + Confidence, Summary),
            _ => throw new ArgumentOutOfRangeException(nameof(part), part, "A result has a mask, a confidence and a summary."),
        };
}
