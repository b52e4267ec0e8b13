using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Trainings;

/// <summary>A message of the training-jobs queue.</summary>
/// <param name="TrainingId">The run. Everything else stands in its record.</param>
public sealed record TrainingMessage([property: JsonRequired] WorkId TrainingId);
