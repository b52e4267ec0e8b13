using static TorchSharp.torch;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>Channels next to each other in memory, as GPUs with tensor cores want them. TorchSharp 0.107 has no argument for it.</summary>
internal static class ChannelsLast
{
    /// <summary>Lays every weight of four dimensions out so; values, names and the parameters themselves stay.</summary>
    public static void Apply(nn.Module module)
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var weight in module.parameters().Where(p => p.ndim == 4))
            weight.set_(Of(weight));
    }

    /// <summary>The tensor [N, C, H, W] in that order.</summary>
    public static Tensor Of(Tensor tensor) => tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
