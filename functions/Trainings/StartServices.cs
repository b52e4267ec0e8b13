using RoadSeg.Functions.Api;
using RoadSeg.Functions.Jobs;
using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

/// <summary>What starting a training run needs.</summary>
internal sealed record StartServices(
    CallerKeys Callers,
    Operators Operators,
    TrainingPlans Plans,
    IdempotencyKeys Keys,
    TimeProvider Time,
    ILogger<TrainingStore> Log
);
