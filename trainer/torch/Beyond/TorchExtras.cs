using RoadSeg.Torch.Interop;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch;

/// <summary>
/// What libtorch can do and TorchSharp does not offer. Under the official package this class is not there: the trainer has one of the
/// same shape that says so (<see cref="Available"/> false, every other member NotSupportedException or without effect).
/// </summary>
public static class TorchExtras
{
    /// <summary>True here; the constant tells the two packages apart.</summary>
    public const bool Available = true;

    /// <summary>
    /// Until it is disposed, operators that gain from it compute in <paramref name="dtype"/> on this thread: convolutions and matrix
    /// products in the small type, sums and losses in float32. The weights stay as they are. Scopes nest.
    /// </summary>
    public static IDisposable Autocast(DeviceType device, ScalarType dtype = ScalarType.BFloat16, bool enabled = true) =>
        new AutocastScope(device, dtype, enabled);

    public static bool IsAutocastEnabled(DeviceType device)
    {
        Status.Check(NativeMethods.rs_autocast_get((int)device, out int enabled, out int _));
        return enabled != 0;
    }

    /// <summary>The tensor [N, C, H, W] with channels next to each other in memory, which GPUs with tensor cores want.</summary>
    public static Tensor ChannelsLast(Tensor tensor) => Aten.contiguous.Call(tensor, ChannelsLastFormat);

    public static bool IsChannelsLast(Tensor tensor) => tensor.IsChannelsLast;

    /// <summary>Lays every weight of four dimensions out with channels last; the values stay.</summary>
    public static void ToChannelsLast(torch.nn.Module module)
    {
        using IDisposable unrecorded = no_grad();
        foreach (Tensor weight in module.parameters())
        {
            if (weight.ndim != 4)
                continue;
            using Tensor moved = ChannelsLast(weight);
            weight.SetData(moved);
        }
    }

    /// <summary>The generator of a GPU that is used where none is named: its state belongs into a checkpoint.</summary>
    public static Generator DefaultGenerator(Device device) => Generator.DefaultOf(device);

    /// <summary>
    /// On: operators with a repeatable variant use it, cuDNN neither measures nor picks others; those without one warn.
    /// Off: cuDNN measures and takes the fastest.
    /// </summary>
    public static void SetDeterministic(bool on) => Status.Check(NativeMethods.rs_set_deterministic(on ? 1 : 0));

    /// <summary>Bytes in use, their peak, and bytes held from the driver, of one GPU; null where this libtorch cannot tell.</summary>
    public static (long Current, long Peak, long Reserved)? GpuMemory(int device = 0)
    {
        try
        {
            Status.Check(NativeMethods.rs_cuda_memory(device, out long current, out long peak, out long reserved));
            return (current, peak, reserved);
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private const long ChannelsLastFormat = 2;

    private sealed class AutocastScope : IDisposable
    {
        private readonly int device;
        private readonly int enabledBefore;
        private readonly int typeBefore;
        private bool left;

        public AutocastScope(DeviceType device, ScalarType dtype, bool enabled)
        {
            this.device = (int)device;
            Status.Check(NativeMethods.rs_autocast_get(this.device, out enabledBefore, out typeBefore));
            Status.Check(NativeMethods.rs_autocast_set(this.device, enabled ? 1 : 0, (int)dtype, nesting: 1));
        }

        public void Dispose()
        {
            if (left)
                return;
            left = true;
            Status.Check(NativeMethods.rs_autocast_set(device, enabledBefore, typeBefore, nesting: -1));
        }
    }
}
