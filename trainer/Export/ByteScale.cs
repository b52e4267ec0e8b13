using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Export;

/// <summary>How a tensor's values become bytes: value = (q - zero) x scale. Unsigned, as the integer kernels of x64 take activations:
/// signed ones the runtime turns into unsigned ones, but not where two layers read the same tensor.</summary>
internal readonly record struct ByteScale(float Scale, byte Zero)
{
    /// <summary>Pixels as they come, about the middle of the three channels' means: the stem reads the photo's own bytes.</summary>
    public static ByteScale Pixels { get; } = new(1, (byte)Math.Round(255 * ModelInput.Mean.Average()));

    /// <summary>Covers [low, high] widened to hold 0, which must stay exact: padding is 0.</summary>
    public static ByteScale Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = Math.Max((high - low) / 255, 1e-8);
        return new ByteScale((float)scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, 255));
    }
}
