using RoadSeg.Trainer.Libtorch;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Data;

/// <summary>Bytes to the network's input and target. The exported graph holds the same normalisation.</summary>
internal static class ModelInput
{
    /// <summary>Mean and standard deviation of ImageNet in units of 0-1, R G B: what pretrained encoders expect.</summary>
    public static readonly float[] Mean = [0.485f, 0.456f, 0.406f];

    public static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    /// <param name="rgb">Bytes [count, height, width, 3].</param>
    /// <returns>Float [count, 3, height, width], normalised, laid out channels-last.</returns>
    public static Tensor Normalised(byte[] rgb, int count, int height, int width, Device device)
    {
        using var scope = NewDisposeScope();
        var bytes = tensor(rgb, [count, height, width, 3L], dtype: uint8).to(device);
        var scale = tensor([.. Deviation.Select(d => 1 / (255 * d))], [3L], dtype: float32).to(device);
        var shift = tensor([.. Mean.Zip(Deviation, (m, d) => -m / d)], [3L], dtype: float32).to(device);

        // Normalised as NHWC and only then seen as NCHW: the convolutions keep that layout.
        return bytes.to(float32).mul_(scale).add_(shift, HeldScalars.One).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <returns>Int64 [count, height, width].</returns>
    public static Tensor Target(byte[] ids, int count, int height, int width, Device device)
    {
        using var scope = NewDisposeScope();
        return tensor(ids, [count, (long)height, width], dtype: uint8).to(device).to(int64).MoveToOuterDisposeScope();
    }
}
