using RoadSeg.Batches;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Models;

namespace RoadSeg.Functions.Batches;

/// <summary>What asking for a batch takes.</summary>
internal sealed record AskServices(
    CallerKeys Callers,
    Operators Operators,
    IdempotencyKeys Keys,
    ModelCatalogue Models,
    BatchStart Start,
    BatchStore Store,
    ClipFrames Clips,
    TimeProvider Time
);
