using RoadSeg.Labels;

namespace RoadSeg.Imaging;

/// <summary>A decoded map of ids, one byte a pixel.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Ids">Shape [Height, Width]: palette indices, or the raw grey samples (not scaled up from 1, 2 or 4 bits).</param>
/// <param name="Palette">Colours by id, longer than the greatest id; null for a grey PNG.</param>
public sealed record IndexedImage(int Width, int Height, byte[] Ids, RgbColor[]? Palette);
