using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Masks;

/// <summary>Label Studio's run lengths, one list for each label.</summary>
/// <param name="Task">What names it.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Layers">A label and where its run lengths were put.</param>
/// <param name="Aside">Where that is.</param>
internal sealed record BrushRuns(string Task, int Width, int Height, IReadOnlyList<(int Key, Spilled Rle)> Layers, SpillFile Aside)
    : MaskFiles
{
    public override string Shown => Task;
}
