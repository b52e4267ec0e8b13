using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>Checks of a plane of class ids.</summary>
internal static class IdPlane
{
    /// <exception cref="ArgumentException">The size does not fit, or an id is neither a class nor the ignore id.</exception>
    public static void Check(ReadOnlySpan<byte> ids, int width, int height, LabelCatalogue labels)
    {
        CheckSize(ids.Length, width, height);
        var last = (byte)(labels.Count - 1);
        for (var at = 0; at < ids.Length; )
        {
            var unknown = ids[at..].IndexOfAnyExceptInRange((byte)0, last);
            if (unknown < 0)
                return;
            at += unknown;
            if (ids[at] != labels.IgnoreId)
                throw new ArgumentException(
                    $"Pixel ({at % width}, {at / width}) has id {ids[at]}, which the catalogue of {labels.Count} classes does not know.",
                    nameof(ids)
                );

            // Skips the whole run of ignored pixels.
            var run = ids[at..].IndexOfAnyExcept(ids[at]);
            if (run < 0)
                return;
            at += run;
        }
    }

    /// <exception cref="ArgumentException">The size does not fit.</exception>
    public static void CheckSize(int samples, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (samples != (long)width * height)
            throw new ArgumentException($"{width} x {height} pixels need {(long)width * height} samples, not {samples}.");
    }
}
