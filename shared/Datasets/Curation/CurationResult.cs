namespace RoadSeg.Datasets.Curation;

/// <summary>What curating came to.</summary>
/// <param name="Report">Always there.</param>
/// <param name="Set">The curated set; null when <see cref="DatasetReport.Problem"/> says why there is none. The report then lies in
/// <c>{output}/{name}/failed</c>.</param>
public sealed record CurationResult(DatasetReport Report, CuratedSet? Set);
