using TorchSharp;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>Numbers for TorchSharp's calls, one object a value, held until this is disposed.</summary>
/// <remarks>A number that is written into a call becomes a <see cref="Scalar"/> that nothing holds once its handle has been read: a
/// collection that another thread begins at that moment frees it before native code has read the value, which then is an error of libtorch
/// or, worse, another number. Seen once in a test, where an update makes a thousand such calls, and twice in runs and evaluations that
/// collected often.</remarks>
internal sealed class HeldScalars : IDisposable
{
    private readonly Dictionary<double, Scalar> _held = [];

    /// <summary>1, held for good: the factor that a sum of two tensors takes without saying so.</summary>
    public static Scalar One { get; } = 1.0;

    public Scalar this[double value]
    {
        get
        {
            if (!_held.TryGetValue(value, out var scalar))
                _held[value] = scalar = value;
            return scalar;
        }
    }

    public void Dispose()
    {
        foreach (var scalar in _held.Values)
            scalar.Dispose();
    }
}
