using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch;

/// <summary>Stands in for the class of the same name in trainer/torch when the official TorchSharp package is used, which lacks these things.
/// Compiled with -p:TorchPackage=TorchSharp only.</summary>
internal static class TorchExtras
{
    public static bool Available => false;

    public static IDisposable Autocast(DeviceType device, ScalarType dtype = ScalarType.BFloat16, bool enabled = true) =>
        throw new NotSupportedException($"Autocast to {dtype} on {device} is not available with the official TorchSharp package.");

    /// <summary>Without effect: the layout is a matter of speed.</summary>
    public static void ToChannelsLast(nn.Module module)
    {
    }
}
