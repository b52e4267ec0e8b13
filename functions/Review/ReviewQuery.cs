namespace RoadSeg.Functions.Review;

/// <summary>What to look for.</summary>
/// <param name="Below">A mean confidence under it lists a photo, 0-1.</param>
/// <param name="Above">A disagreement of two versions over it lists a photo, 0-1.</param>
/// <param name="Reviewed">True: photos that a person has reviewed, in doubt or not; false: only those that nobody has; null: those in
/// doubt, reviewed or not.</param>
/// <param name="After">Where the page before ended; null for the first.</param>
/// <param name="Limit">Photos a page.</param>
internal sealed record ReviewQuery(double Below, double Above, bool? Reviewed, string? After, int Limit);
