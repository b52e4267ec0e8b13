using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>A feature extractor whose parameter names are torchvision's.</summary>
internal abstract class Encoder(string name) : nn.Module<Tensor, Features>(name)
{
    public abstract int LowChannels { get; }

    public abstract int MidChannels { get; }

    public abstract int HighChannels { get; }

    /// <summary>Names of the leading modules, in order of depth: what freezing counts in.</summary>
    public abstract IReadOnlyList<nn.Module> Stages { get; }

    public static Encoder Create(Backbone backbone, int outputStride) =>
        backbone == Backbone.MobileNetV2 ? new MobileNetV2Encoder(outputStride) : new ResNetEncoder(backbone, outputStride);
}
