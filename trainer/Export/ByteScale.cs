namespace RoadSeg.Trainer.Export;

/// <summary>How a tensor's values become signed bytes: value = (q - zero) x scale.</summary>
internal readonly record struct ByteScale(float Scale, sbyte Zero)
{
    /// <summary>Covers [low, high] widened to hold 0, which must stay exact: padding is 0.</summary>
    public static ByteScale Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = Math.Max((high - low) / 255, 1e-8);
        return new ByteScale((float)scale, (sbyte)Math.Clamp(Math.Round(-128 - (low / scale)), -128, 127));
    }
}
