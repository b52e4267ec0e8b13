namespace RoadSeg.Functions.Review;

/// <summary>What to look for.</summary>
/// <param name="Below">A mean confidence under it lists a photo, 0-1.</param>
/// <param name="Above">A disagreement of two versions over it lists a photo, 0-1.</param>
/// <param name="After">Where the page before ended; null for the first.</param>
/// <param name="Limit">Photos a page.</param>
internal sealed record ReviewQuery(double Below, double Above, string? After, int Limit);
