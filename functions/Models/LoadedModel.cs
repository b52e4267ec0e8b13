using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Functions.Models;

/// <summary>A version in memory, or on its way there. Changed under the pool's lock only.</summary>
internal sealed class LoadedModel(ModelPin pin)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ModelPin Pin { get; } = pin;

    public Task Loading { get; set; } = Task.CompletedTask;

    public ModelPackage? Package { get; set; }

    public SegmentationEngine? Engine { get; set; }

    /// <summary>What is to be said of its speed on this machine; null when nothing is.</summary>
    public string? Slow { get; set; }

    public int Leases { get; set; }

    public long LastUse { get; set; }

    public bool IsLive { get; set; }

    /// <summary>Takes no new lease; ends with its last one.</summary>
    public bool Retired { get; set; }

    /// <summary>Completed when the native session is gone.</summary>
    public Task Ended => _ended.Task;

    public void End() => _ended.TrySetResult();
}
