using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What Adam and AdamW share: all but where the weight decay goes.</summary>
public abstract class AdamFamilyOptions : OptimizerOptions
{
    public double? beta1;
    public double? beta2;
    public double? weight_decay;
    public double? eps;
    public bool? amsgrad;
    public bool? maximize;

    private protected AdamFamilyOptions()
    {
    }

    internal (double, double) Betas
    {
        get => (beta1!.Value, beta2!.Value);
        set => (beta1, beta2) = value;
    }

    internal void TakeMissing(AdamFamilyOptions defaults)
    {
        LearningRate ??= defaults.LearningRate;
        beta1 ??= defaults.beta1;
        beta2 ??= defaults.beta2;
        weight_decay ??= defaults.weight_decay;
        eps ??= defaults.eps;
        amsgrad ??= defaults.amsgrad;
        maximize ??= defaults.maximize;
    }

    internal void Validate()
    {
        if (LearningRate < 0)
            throw new ArgumentException($"Invalid learning rate: {LearningRate}");
        if (beta1 is < 0 or >= 1)
            throw new ArgumentException($"Invalid beta1 value: {beta1}");
        if (beta2 is < 0 or >= 1)
            throw new ArgumentException($"Invalid beta2 value: {beta2}");
        if (eps < 0)
            throw new ArgumentException($"Invalid epsilon value: {eps}");
        if (weight_decay < 0)
            throw new ArgumentException($"Invalid weight_decay value: {weight_decay}");
    }

    public override void SaveStateDict(BinaryWriter writer)
    {
        base.SaveStateDict(writer);
        writer.Write(beta1!.Value);
        writer.Write(beta2!.Value);
        writer.Write(eps!.Value);
        writer.Write(weight_decay!.Value);
        writer.Write(amsgrad!.Value);
        writer.Write(maximize!.Value);
    }

    public override void LoadStateDict(BinaryReader reader)
    {
        base.LoadStateDict(reader);
        beta1 = reader.ReadDouble();
        beta2 = reader.ReadDouble();
        eps = reader.ReadDouble();
        weight_decay = reader.ReadDouble();
        amsgrad = reader.ReadBoolean();
        maximize = reader.ReadBoolean();
    }

    public override void LoadStateDict(OptimizerOptions source)
    {
        base.LoadStateDict(source);
        var other = (AdamFamilyOptions)source;
        beta1 = other.beta1;
        beta2 = other.beta2;
        eps = other.eps;
        weight_decay = other.weight_decay;
        amsgrad = other.amsgrad;
        maximize = other.maximize;
    }
}

/// <summary>The step count and the running means of a parameter's gradient and of its square.</summary>
public abstract class AdamFamilyState : OptimizerState, IDisposable
{
    public long step;
    public Tensor? exp_avg;
    public Tensor? exp_avg_sq;
    public Tensor? max_exp_avg_sq;

    private protected AdamFamilyState(Parameter parameter) : base(parameter)
    {
    }

    public override void Initialize(OptimizerOptions options)
    {
        step = 0;
        Replace(ref exp_avg, zeros_like(_parameter));
        Replace(ref exp_avg_sq, zeros_like(_parameter));
        Replace(ref max_exp_avg_sq, ((AdamFamilyOptions)options).amsgrad == true ? zeros_like(_parameter) : null);
    }

    public override void to(Device device)
    {
        Replace(ref exp_avg, exp_avg?.to(device));
        Replace(ref exp_avg_sq, exp_avg_sq?.to(device));
        Replace(ref max_exp_avg_sq, max_exp_avg_sq?.to(device));
    }

    public override void SaveStateDict(BinaryWriter writer)
    {
        writer.Write(step);
        exp_avg!.Save(writer);
        exp_avg_sq!.Save(writer);
        SaveConditionalStateTensor(writer, max_exp_avg_sq);
    }

    public override void LoadStateDict(BinaryReader reader)
    {
        step = reader.ReadInt64();
        exp_avg!.Load(reader);
        exp_avg_sq!.Load(reader);
        LoadConditionalStateTensor(reader, ref max_exp_avg_sq, _parameter.device);
    }

    public override void LoadStateDict(OptimizerState source)
    {
        var other = (AdamFamilyState)source;
        Device device = _parameter.device;
        step = other.step;
        Replace(ref exp_avg, other.exp_avg!.to(device, copy: true));
        Replace(ref exp_avg_sq, other.exp_avg_sq!.to(device, copy: true));
        Replace(ref max_exp_avg_sq, other.max_exp_avg_sq?.to(device, copy: true));
    }

    public override bool ApproximatelyEquals(OptimizerState other) => other is AdamFamilyState state
        && step == state.step && exp_avg!.allclose(state.exp_avg!) && exp_avg_sq!.allclose(state.exp_avg_sq!)
        && (max_exp_avg_sq is null || max_exp_avg_sq.allclose(state.max_exp_avg_sq!));

    public void Dispose()
    {
        Replace(ref exp_avg, null);
        Replace(ref exp_avg_sq, null);
        Replace(ref max_exp_avg_sq, null);
        GC.SuppressFinalize(this);
    }

    /// <summary>One step as PyTorch writes it: decoupled decay shrinks the parameter, the other kind adds to the gradient.</summary>
    internal void Update(AdamFamilyOptions options, bool decoupledDecay)
    {
        if (_parameter.grad is not { } gradient)
            return;
        (double beta1, double beta2) = options.Betas;
        double rate = options.LearningRate!.Value, decay = options.weight_decay!.Value;
        step++;
        if (options.maximize == true)
            gradient = gradient.neg();
        if (decay != 0 && decoupledDecay)
            _parameter.mul_(1 - rate * decay);
        else if (decay != 0)
            gradient = gradient.add(_parameter, decay);

        exp_avg!.mul_(beta1).add_(gradient, 1 - beta1);
        exp_avg_sq!.mul_(beta2).addcmul_(gradient, gradient, 1 - beta2);
        Tensor second = exp_avg_sq;
        if (options.amsgrad == true)
        {
            Replace(ref max_exp_avg_sq, max_exp_avg_sq!.maximum(exp_avg_sq));
            second = max_exp_avg_sq!;
        }

        Tensor denominator = second.sqrt().div_(Math.Sqrt(1 - Math.Pow(beta2, step))).add_(options.eps!.Value);
        _parameter.addcdiv_(exp_avg, denominator, -rate / (1 - Math.Pow(beta1, step)));
    }
}
