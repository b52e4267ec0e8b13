namespace RoadSeg.Trainer.Teaching;

/// <summary>What a run learns from beside its data set.</summary>
/// <param name="Folders">Folders of photos; masks of what is known of them may lie beside (<see cref="PhotoFolder"/>).</param>
/// <param name="Teachers">Folders of model packages; none where the averaged weights are the only teacher.</param>
/// <param name="ClassNames">File of <see cref="ClassNames"/>, or null for those that come with the trainer.</param>
internal sealed record UnlabelledSources(IReadOnlyList<string> Folders, IReadOnlyList<string> Teachers, string? ClassNames)
{
    /// <summary>Folders of packages out of <c>PACKAGE[,PACKAGE]</c>.</summary>
    public static string[] Packages(string teachers) =>
        teachers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
