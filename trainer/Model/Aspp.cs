using RoadSeg.Trainer.Mpi;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>Atrous spatial pyramid pooling (Chen et al. 2017): the deepest features seen at several dilations and as one average.</summary>
internal sealed class Aspp : nn.Module<Tensor, Tensor>
{
    private readonly Dropout _dropout;
    private readonly double _dropoutShare;

    public Aspp(int input, ModelOptions options)
        : base(nameof(Aspp))
    {
        var channels = options.AsppChannels;
        Point = new ConvUnit(new ConvShape(input, channels, 1), Activation.Relu);
        Rates = [.. options.AsppRates.Select(rate => new HeadConv(input, channels, rate, options.SeparableHead))];
        Pooled = new ConvUnit(new ConvShape(input, channels, 1), Activation.Relu);
        Project = new ConvUnit(new ConvShape(channels * (Rates.Count + 2), channels, 1), Activation.Relu);
        _dropout = nn.Dropout(options.AsppDropout);
        _dropoutShare = options.AsppDropout;
        register_module("point", Point.Named());
        for (var i = 0; i < Rates.Count; i++)
            register_module($"rate{i}", Rates[i]);
        register_module("pooled", Pooled.Named());
        register_module("project", Project.Named());
        register_module("dropout", _dropout);
    }

    public ConvUnit Point { get; }

    public List<HeadConv> Rates { get; }

    public ConvUnit Pooled { get; }

    public ConvUnit Project { get; }

    public override Tensor forward(Tensor input)
    {
        var branches = new List<Tensor> { Point.Forward(input) };
        branches.AddRange(Rates.Select(rate => rate.forward(input)));

        // A bilinear upsampling of one pixel is that pixel everywhere.
        var pooled = Pooled.Forward(input.mean([2, 3], keepdim: true));
        branches.Add(pooled.expand(pooled.shape[0], pooled.shape[1], input.shape[2], input.shape[3]));
        var projected = Project.Forward(cat(branches, 1));
        return training && SharedBatch.Current is { } shared ? shared.Drop(projected, _dropoutShare) : _dropout.forward(projected);
    }
}
