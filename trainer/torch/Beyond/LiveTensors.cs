using RoadSeg.Torch.Interop;

namespace RoadSeg.Torch;

/// <summary>Counts the references to native tensors that this process holds: a training step must leave it as it was.</summary>
public static class LiveTensors
{
    /// <summary>References alive now. Those of forgotten wrappers count until the garbage collector has found them.</summary>
    public static long Count => NativeMethods.rs_live_tensors();
}
