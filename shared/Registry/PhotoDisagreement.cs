using RoadSeg.Work;

namespace RoadSeg.Registry;

/// <summary>How far two versions differ on a photo.</summary>
/// <param name="Job">The photo's job.</param>
/// <param name="Share">Share of the pixels with another class, 0-1.</param>
public sealed record PhotoDisagreement(WorkId Job, double Share);
