namespace RoadSeg.Storage;

/// <summary>File names of a training run.</summary>
public static class TrainingFiles
{
    /// <summary>JSON lines of losses and scores.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>What the trainer said.</summary>
    public const string Log = "log.txt";

    /// <summary>Checkpoint to go on from.</summary>
    public const string Last = "last.safetensors";

    /// <summary>Weights of the best evaluation.</summary>
    public const string Best = "best.safetensors";

    /// <summary>Pictures of the run: curves, samples and worst frames.</summary>
    public static IReadOnlyList<string> Pictures { get; } = ["curves.png", "samples.png", "worst.png"];

    /// <summary>Whether a file is only ever written on to: what was read of it stays true.</summary>
    public static bool Grows(string file) => file is Metrics or Log;
}
