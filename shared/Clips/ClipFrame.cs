using RoadSeg.Imaging;

namespace RoadSeg.Clips;

/// <summary>A frame that was taken of a video.</summary>
/// <param name="Index">Its place among the frames that were taken, from 0.</param>
/// <param name="At">When it is shown, counted from the first frame of the video; to the microsecond.</param>
/// <param name="Image">Its pixels, upright, square, of the size that <see cref="ClipFacts"/> gives.</param>
public sealed record ClipFrame(int Index, TimeSpan At, RgbImage Image);
