namespace RoadSeg.Jobs;

/// <summary>Where a queued job stands.</summary>
/// <param name="Position">1 is next. Good to within what joins the queue in a second.</param>
/// <param name="EstimatedSeconds">Until it is taken, at the pace the queue went lately; absent while that is unknown.</param>
public sealed record QueuePlace(long Position, double? EstimatedSeconds);
