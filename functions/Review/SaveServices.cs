using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Results;

namespace RoadSeg.Functions.Review;

/// <summary>What taking a mask in a body needs.</summary>
internal sealed record SaveServices(
    CallerKeys Callers,
    ResultReader Results,
    ReviewedMasks Masks,
    RequestBodies Bodies,
    QueueGauge Gauge,
    TimeProvider Time
);
