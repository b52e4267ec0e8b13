using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer;

/// <summary>What --device names, refused in a sentence where it cannot be had.</summary>
internal static class ComputeDevice
{
    /// <param name="name">cpu, cuda or cuda:N.</param>
    /// <param name="rank">Of this process among those of its machine: cuda alone deals the devices out to them; null for a process
    /// alone.</param>
    public static Device Open(string name, int? rank = null)
    {
        if (name == "cpu")
            return CPU;
        var number = -1;
        var known =
            name == "cuda"
            || (
                name.StartsWith("cuda:", StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            );
        Check.That(known, $"--device is cpu, cuda or cuda:N, not '{name}'.");
        var count = cuda.is_available() ? cuda.device_count() : 0;
        Check.That(
            count > 0,
            $"--device {name}: there is no CUDA device that this libtorch ({__version__}) can use. Built without -p:Torch=cuda the "
                + "trainer knows the CPU only; docs/gpu.md says how to train on a GPU. Or say --device cpu."
        );
        Check.That(number < count, $"--device {name}: there are {count} CUDA devices, numbered from 0.");
        return new Device(DeviceType.CUDA, number < 0 && rank is { } local ? local % count : number);
    }
}
