using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>Archives of a batch's results that were asked for.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Results">Which results of each photo are in it: mask, color, overlay, confidence, summary, polygons.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Next">Index of the item that comes next: all before are in it.</param>
/// <param name="Parts">Its files so far.</param>
/// <param name="FinishedAt">When it was whole; null until then.</param>
public sealed record BatchArchive(
    WorkId Id,
    [property: JsonRequired] IReadOnlyList<string> Results,
    DateTimeOffset CreatedAt,
    int Next,
    [property: JsonRequired] IReadOnlyList<BatchArchivePart> Parts,
    DateTimeOffset? FinishedAt = null
);
