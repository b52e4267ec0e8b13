using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The photo, from its header.</summary>
/// <param name="Format">jpeg, png, webp, avif, tiff or heic.</param>
/// <param name="Width">Width in pixels after EXIF orientation.</param>
/// <param name="Height">Height in pixels after EXIF orientation.</param>
/// <param name="Orientation">EXIF orientation, 1-8.</param>
/// <param name="Bytes">Size of the file.</param>
public sealed record JobImage([property: JsonRequired] string Format, int Width, int Height, int Orientation, long Bytes);
