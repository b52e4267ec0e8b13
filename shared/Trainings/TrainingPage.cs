using System.Text.Json.Serialization;

namespace RoadSeg.Trainings;

/// <summary>A page of training runs, newest first.</summary>
/// <param name="Items">The runs.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
/// <param name="Trainers">Trainers that are at work now; runs wait where there is none.</param>
public sealed record TrainingPage([property: JsonRequired] IReadOnlyList<TrainingView> Items, string? Next, int Trainers = 0);
