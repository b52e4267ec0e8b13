using RoadSeg.Registry;
using RoadSeg.Storage;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainings;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Work;

/// <summary>What the parts of a worker share.</summary>
internal sealed record WorkPlace(
    StorageAccount Storage,
    TrainingStore Runs,
    ModelRegistry Registry,
    WorkOptions Options,
    GateOptions Gate,
    Device Device,
    TimeProvider Time,
    TextWriter Output
);
