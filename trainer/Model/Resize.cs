using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

internal static class Resize
{
    /// <summary>Bilinear, half-pixel centres (align_corners = false).</summary>
    public static Tensor To(Tensor x, long height, long width) =>
        x.shape[2] == height && x.shape[3] == width
            ? x
            : nn.functional.interpolate(x, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
}
