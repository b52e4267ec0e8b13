using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>A listed photo with what its export needs.</summary>
internal sealed record ReviewedPhoto(JobRecord Job, ResultSummary Summary, ReviewItem Item);
