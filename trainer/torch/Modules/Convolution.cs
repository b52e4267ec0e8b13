using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>The common part of convolutions. Weight and bias begin as PyTorch's: uniform within one over the root of the fan-in.</summary>
public abstract class Convolution : torch.nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(bias))]
    private Parameter? ownBias;

    [ComponentName(Name = nameof(weight))]
    private Parameter? ownWeight;

    private protected Convolution(
        string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding, Padding? padding_type,
        long[] dilation, long groups, bool bias, PaddingModes padding_mode, Device? device, ScalarType? dtype)
        : base(name)
    {
        if (groups < 1 || in_channels % groups != 0 || out_channels % groups != 0)
            throw new ArgumentException($"{in_channels} input and {out_channels} output channels do not divide into {groups} groups.");
        this.in_channels = in_channels;
        this.out_channels = out_channels;
        this.kernel_size = kernel_size;
        this.stride = stride;
        this.padding = padding;
        this.padding_type = padding_type;
        this.dilation = dilation;
        this.groups = groups;
        this.padding_mode = padding_mode;
        weight = new Parameter(empty([out_channels, in_channels / groups, .. kernel_size], dtype, device));
        if (bias)
            this.bias = new Parameter(empty(out_channels, dtype, device));
        reset_parameters();
    }

    public Parameter weight
    {
        get => ownWeight!;
        set => Slots.Set(ref ownWeight, value, p => ConditionallyRegisterParameter(nameof(weight), p));
    }

    public Parameter? bias
    {
        get => ownBias;
        set => Slots.Set(ref ownBias, value, p => ConditionallyRegisterParameter(nameof(bias), p));
    }

    public long in_channels { get; }

    public long out_channels { get; }

    public long[] kernel_size { get; set; }

    public long[] stride { get; set; }

    public long[]? padding { get; private set; }

    public Padding? padding_type { get; private set; }

    public PaddingModes padding_mode { get; set; }

    public long[] dilation { get; set; }

    public long groups { get; set; }

    public void reset_parameters()
    {
        torch.nn.init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias is null)
            return;
        (long fanIn, long _) = torch.nn.init.CalculateFanInAndFanOut(weight);
        double bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
        torch.nn.init.uniform_(bias, -bound, bound);
    }
}

/// <summary>Parameters and buffers that a property holds for its module.</summary>
internal static class Slots
{
    /// <summary>Puts a tensor, taken out of every dispose scope, where another was, which is disposed.</summary>
    public static void Set<T>(ref T? slot, T? value, Action<T?> register) where T : Tensor
    {
        if (ReferenceEquals(slot, value))
            return;
        slot?.Dispose();
        value?.DetachFromDisposeScope();
        slot = value;
        register(value);
    }
}
