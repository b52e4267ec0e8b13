using RoadSeg.Trainer.Teaching;

namespace RoadSeg.Trainer.Training;

/// <summary>Where a run reads and writes.</summary>
/// <param name="Init">Weights to start from, or null.</param>
/// <param name="Resume">Go on from the run's own checkpoint where there is one.</param>
internal sealed record LoopFiles(string Data, string Output, string? Init, bool Resume)
{
    /// <summary>Photos without labels to learn from, or null.</summary>
    public UnlabelledSources? Unlabelled { get; init; }

    public string Last => Path.Combine(Output, "last.safetensors");

    public string Best => Path.Combine(Output, "best.safetensors");
}
