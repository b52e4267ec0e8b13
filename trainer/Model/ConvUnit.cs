using RoadSeg.Trainer.Mpi;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>Convolution, batch norm and activation as one step. No module itself: its parts are registered by the module that
/// gives them torchvision's names, and the exporter folds it into one node.</summary>
internal sealed class ConvUnit
{
    /// <summary>Batch norm's guard against division by zero; torch's default, restated for folding.</summary>
    public const double NormEpsilon = 1e-5;

    // Torch's default too.
    private const double NormMomentum = 0.1;

    public ConvUnit(ConvShape shape, Activation activation, bool norm = true)
    {
        Shape = shape;
        Activation = activation;
        Conv = nn.Conv2d(
            shape.In,
            shape.Out,
            shape.Kernel,
            stride: shape.Stride,
            padding: shape.Padding,
            dilation: shape.Dilation,
            groups: shape.Groups,
            bias: !norm
        );
        Norm = norm ? nn.BatchNorm2d(shape.Out, eps: NormEpsilon) : null;
    }

    public ConvShape Shape { get; }

    public Activation Activation { get; }

    public Conv2d Conv { get; }

    public BatchNorm2d? Norm { get; }

    public Tensor Forward(Tensor x)
    {
        var y = Conv.forward(x);
        if (Norm is not null)
            y =
                Norm.training && SharedBatch.Synchronised is { } shared
                    ? shared.Normalise(Norm, y, NormMomentum, NormEpsilon)
                    : Normalise(Norm, y);
        return Activation switch
        {
            Activation.Relu => y.relu_(),
            Activation.Relu6 => y.relu6_(),
            _ => y,
        };
    }

    // Not the module's own forward: in training that counts batches for nobody, by numbers that a collection may free under way
    // (Libtorch/HeldScalars.cs); a run died of it.
    private static Tensor Normalise(BatchNorm2d norm, Tensor x) =>
        nn.functional.batch_norm(
            x,
            norm.running_mean,
            norm.running_var,
            norm.weight,
            norm.bias,
            training: norm.training,
            momentum: NormMomentum,
            eps: NormEpsilon
        );

    /// <summary>The parts under the names "0" and "1", as torchvision's conv-norm-activation blocks have them.</summary>
    public Sequential Named() => Norm is null ? nn.Sequential(("0", Conv)) : nn.Sequential(("0", Conv), ("1", Norm));
}
