namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>What Label Studio says of itself with tasks. Its user name, password and context are not read.</summary>
/// <param name="Hostname">What it takes for its own address.</param>
internal sealed record LabelStudioParams(string? Hostname);
