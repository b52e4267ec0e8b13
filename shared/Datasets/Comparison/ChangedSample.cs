using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Comparison;

/// <summary>A relabelled photo to be looked at.</summary>
/// <param name="Photo">What changed.</param>
/// <param name="Image">Picture at the later version's size.</param>
/// <param name="IdsBefore">Class ids of the earlier version [height, width] of the picture.</param>
/// <param name="IdsAfter">Class ids of the later version.</param>
/// <param name="Changed">True where the class changed.</param>
internal sealed record ChangedSample(RelabelledPhoto Photo, RgbImage Image, byte[] IdsBefore, byte[] IdsAfter, bool[] Changed);
