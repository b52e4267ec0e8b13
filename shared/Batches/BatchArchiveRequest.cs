namespace RoadSeg.Batches;

/// <summary>Which results an archive is to hold: the body of <c>POST /v1/batches/{id}/archives</c>.</summary>
/// <param name="Results">Of mask, color, overlay, confidence, summary, polygons; null: mask and summary.</param>
public sealed record BatchArchiveRequest(IReadOnlyList<string>? Results = null);
