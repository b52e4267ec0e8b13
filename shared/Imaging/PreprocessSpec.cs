namespace RoadSeg.Imaging;

/// <summary>How a photo becomes a model's input. Training and serving both resize by this and nothing else:
/// antialiased bilinear (triangle filter scaled by the reduction), half-pixel centres, in sRGB.</summary>
/// <param name="Mode">Treatment of the aspect ratio.</param>
/// <param name="Width">Target width in pixels, 16-4096.</param>
/// <param name="Height">Target height in pixels, 16-4096.</param>
/// <param name="MultipleOf">Both sides of the input are multiples of this, 1-128 (keep-aspect only).</param>
public sealed record PreprocessSpec(ResizeMode Mode, int Width, int Height, int MultipleOf = 16)
{
    /// <summary>The input size for a photo.</summary>
    /// <param name="width">Oriented width of the photo in pixels.</param>
    /// <param name="height">Oriented height of the photo in pixels.</param>
    /// <returns>Size of the model input in pixels.</returns>
    public (int Width, int Height) InputSize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (Mode == ResizeMode.Stretch)
            return (Width, Height);

        // Same area as Width x Height in the photo's shape; a very long photo is held to 4:1 so that no side vanishes.
        var aspect = Math.Clamp((double)width / height, 0.25, 4.0);
        var area = (double)Width * Height;
        return (Snap(Math.Sqrt(area * aspect)), Snap(Math.Sqrt(area / aspect)));
    }

    private int Snap(double side) => Math.Max(1, (int)Math.Round(side / MultipleOf, MidpointRounding.AwayFromZero)) * MultipleOf;
}
