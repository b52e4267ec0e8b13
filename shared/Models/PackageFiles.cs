namespace RoadSeg.Models;

/// <summary>File names of a model package that its manifest does not choose.</summary>
public static class PackageFiles
{
    /// <summary>What the model is good for and what it is not, as Markdown.</summary>
    public const string Card = "card.md";

    /// <summary>Weights that a training run can start from.</summary>
    public const string Weights = "checkpoint.safetensors";
}
