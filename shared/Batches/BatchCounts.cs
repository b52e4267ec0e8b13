namespace RoadSeg.Batches;

/// <summary>How many items of a batch stand where; together they are all of it.</summary>
/// <param name="Waiting">They have no job of this round yet.</param>
/// <param name="UnderWay">Their jobs have not ended.</param>
/// <param name="Succeeded">Their masks are there.</param>
/// <param name="Failed">They failed, or never came.</param>
/// <param name="Canceled">They were canceled.</param>
/// <param name="Codes">How many failed for which reason, by error code.</param>
public sealed record BatchCounts(
    int Waiting,
    int UnderWay,
    int Succeeded,
    int Failed,
    int Canceled,
    IReadOnlyDictionary<string, int>? Codes = null
);
