using System.Runtime.InteropServices;
using TorchSharp;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>
/// Until it is disposed, on the thread that made it, operators that gain from it compute in bfloat16: convolutions and matrix products.
/// Sums and losses stay in float32, and so do weights and gradients. Scopes nest. TorchSharp 0.107 has no autocast, so these are
/// libtorch's own functions of namespace at::autocast (ATen/autocast_mode.h) by the names that the compiler gives them;
/// <see cref="TorchLibrary"/> checks the version that they are of.
/// </summary>
internal sealed partial class Autocast : IDisposable
{
    private readonly sbyte _device;
    private readonly byte _enabledBefore;
    private readonly sbyte _typeBefore;
    private bool _left;

    /// <param name="device">CPU or CUDA.</param>
    public Autocast(DeviceType device)
    {
        // libtorch throws for others, and nothing catches that on the way here.
        if (device is not (DeviceType.CPU or DeviceType.CUDA))
            throw new ArgumentOutOfRangeException(nameof(device), device, "Autocast is for CPU and CUDA.");
        _device = (sbyte)device;
        _enabledBefore = IsEnabled(_device);
        _typeBefore = Type(_device);
        SetEnabled(_device, 1);
        SetType(_device, (sbyte)torch.ScalarType.BFloat16);
        _ = Enter();
    }

    public static bool IsOn(DeviceType device) => IsEnabled((sbyte)device) != 0;

    /// <summary>As it was before. The outermost scope drops the weights' copies in bfloat16.</summary>
    public void Dispose()
    {
        if (_left)
            return;
        _left = true;
        if (Leave() == 0)
            DropCopies();
        SetType(_device, _typeBefore);
        SetEnabled(_device, _enabledBefore);
    }

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE")]
    private static partial byte IsEnabled(sbyte device);

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    private static partial void SetEnabled(sbyte device, byte enabled);

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE")]
    private static partial sbyte Type(sbyte device);

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    private static partial void SetType(sbyte device, sbyte type);

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast17increment_nestingEv")]
    private static partial int Enter();

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast17decrement_nestingEv")]
    private static partial int Leave();

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    private static partial void DropCopies();
}
