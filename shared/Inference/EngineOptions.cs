using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Settings of a <see cref="SegmentationEngine"/>. Values out of range are refused where they are set.</summary>
public sealed record EngineOptions
{
    private const int MaxThreads = 256;

    /// <summary>Which of the package's graphs to run. Default fp32.</summary>
    public Precision Precision { get; init; } = Precision.Fp32;

    /// <summary>Where to run it. Default cpu.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Number of the CUDA device, 0-63. Default 0. Ignored on the CPU.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0-63.</exception>
    public int DeviceId
    {
        get;
        init => field = Within(value, 63, nameof(DeviceId));
    }

    /// <summary>Threads of one run, 0-256; 0, the default, means all cores. On CUDA it concerns only what stays on the CPU.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0-256.</exception>
    public int IntraOpThreads
    {
        get;
        init => field = Within(value, MaxThreads, nameof(IntraOpThreads));
    }

    /// <summary>Lets the threads of a run spin while they wait. It shortens a run by about a twentieth on idle cores, but they go on
    /// spinning after it and take the cores from decoding, upsampling and encoding; default false.</summary>
    public bool Spin { get; init; }

    /// <summary>Threads of upsampling one result, 0-256; 0, the default, means all cores.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside 0-256.</exception>
    public int UpsampleThreads
    {
        get;
        init => field = Within(value, MaxThreads, nameof(UpsampleThreads));
    }

    /// <summary>Rewriting of the graph at load. Default all.</summary>
    public GraphOptimization Optimization { get; init; } = GraphOptimization.All;

    /// <summary>Unpacks weights that are stored as int8 with DequantizeLinear once, at load, instead of in every run. Default true.
    /// Ignored for int8 graphs, whose quantisation is their arithmetic.</summary>
    public bool FoldStoredWeights { get; init; } = true;

    private static int Within(int value, int largest, string name) =>
        value >= 0 && value <= largest
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must be 0-{largest}.");
}
