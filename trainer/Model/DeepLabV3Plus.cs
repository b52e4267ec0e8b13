using static TorchSharp.torch;

namespace RoadSeg.Trainer.Model;

/// <summary>DeepLabV3+ (Chen et al. 2018). In: float [N, 3, H, W], normalised RGB. Out: logits at stride 4, [N, classes, H/4, W/4] (sides
/// rounded up), and the auxiliary head's at its own stride when there is one and the model is in training mode.</summary>
internal sealed class DeepLabV3Plus : nn.Module<Tensor, (Tensor Logits, Tensor? Auxiliary)>
{
    private int _frozen;

    public DeepLabV3Plus(ModelOptions options)
        : base(nameof(DeepLabV3Plus))
    {
        options.Validate();
        Options = options;
        Encoder = Encoder.Create(options.Backbone, options.OutputStride);
        Aspp = new Aspp(Encoder.HighChannels, options);
        Decoder = new Decoder(Encoder.LowChannels, options);
        register_module("encoder", Encoder);
        register_module("aspp", Aspp);
        register_module("decoder", Decoder);
        if (options.AuxiliaryHead)
        {
            Auxiliary = new AuxiliaryHead(Encoder.MidChannels, options.Classes);
            register_module("auxiliary", Auxiliary);
        }

        Initialise();
    }

    public ModelOptions Options { get; }

    public Encoder Encoder { get; }

    public Aspp Aspp { get; }

    public Decoder Decoder { get; }

    public AuxiliaryHead? Auxiliary { get; }

    public override (Tensor Logits, Tensor? Auxiliary) forward(Tensor input)
    {
        var features = Encoder.forward(input);
        var logits = Decoder.forward(Aspp.forward(features.High), features.Low);
        return (logits, training ? Auxiliary?.forward(features.Mid) : null);
    }

    /// <summary>Keeps the encoder's first <paramref name="stages"/> stages as they are: no gradients, batch statistics fixed.</summary>
    public void Freeze(int stages)
    {
        _frozen = Math.Min(stages, Encoder.Stages.Count);
        foreach (var parameter in Encoder.Stages.Take(_frozen).SelectMany(s => s.parameters()))
            parameter.requires_grad = false;
        train(training);
    }

    public override void train(bool train = true)
    {
        base.train(train);
        foreach (var stage in Encoder.Stages.Take(_frozen))
            stage.eval();
    }

    /// <summary>He initialisation by fan-out for every convolution (torchvision's), a narrow normal for the classifiers.</summary>
    private void Initialise()
    {
        using var _ = no_grad();
        foreach (var (name, parameter) in named_parameters())
        {
            if (name.EndsWith(".weight", StringComparison.Ordinal) && parameter.shape.Length == 4)
            {
                if (name.Contains("classify", StringComparison.Ordinal))
                    nn.init.normal_(parameter, 0, 0.01);
                else
                    nn.init.kaiming_normal_(parameter, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
            }
            else if (name.Contains("classify.bias", StringComparison.Ordinal))
            {
                nn.init.zeros_(parameter);
            }
        }
    }
}
