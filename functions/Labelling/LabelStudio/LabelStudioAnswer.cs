namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>The answers of an ML backend beside predictions, of which each has some members.</summary>
/// <param name="Status">health: UP or DOWN; webhook and validate: a word.</param>
/// <param name="ModelClass">health: what answers.</param>
/// <param name="ModelVersion">health and setup: the version that serves, <c>name@version</c>.</param>
/// <param name="Versions">versions: that one alone, since predict takes no other.</param>
/// <param name="ClassesWithoutLabel">validate: classes of the model that no label of the configuration stands for.</param>
internal sealed record LabelStudioAnswer(
    string? Status = null,
    string? ModelClass = null,
    string? ModelVersion = null,
    IReadOnlyList<string>? Versions = null,
    IReadOnlyList<string>? ClassesWithoutLabel = null
);
