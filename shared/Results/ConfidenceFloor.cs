using RoadSeg.Jobs;

namespace RoadSeg.Results;

/// <summary>How sure the model must be of a pixel for its class to stand. What is below becomes
/// <see cref="JobReview.UnknownId"/>.</summary>
public sealed class ConfidenceFloor
{
    // 255 x a decimal such as 0.6 may come out a last bit above the whole number that it is.
    private const double Rounding = 1e-9;

    private readonly int[] _least = new int[256];

    /// <summary>A floor for each class.</summary>
    /// <param name="byClass">By class id, at most 255: 0 (all stand) to 1; null where no confidence is enough.</param>
    public ConfidenceFloor(IEnumerable<double?> byClass)
    {
        ArgumentNullException.ThrowIfNull(byClass);
        foreach (var (id, floor) in byClass.Index())
            _least[id] = floor is { } share ? (int)Math.Ceiling((255 * share) - Rounding) : 256;
    }

    /// <summary>Makes unknown what is below: a pixel stands whose sample over 255 is the floor of its class, or more.</summary>
    /// <param name="ids">Shape [height, width]: class ids; changed in place.</param>
    /// <param name="confidence">The same shape: 255 times the probability of the pixel's class.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public void Apply(Span<byte> ids, ReadOnlySpan<byte> confidence)
    {
        if (ids.Length != confidence.Length)
            throw new ArgumentException(
                $"{confidence.Length} samples of confidence are not those of {ids.Length} pixels.",
                nameof(confidence)
            );
        var least = _least;
        for (var i = 0; i < ids.Length; i++)
        {
            if (confidence[i] < least[ids[i]])
                ids[i] = JobReview.UnknownId;
        }
    }
}
