using System.Text.Json.Serialization;

namespace RoadSeg.Trainings;

/// <summary>What a run learns from, and how: resolved when it was asked for, so that it does not change under way.</summary>
/// <param name="Dataset">Name of the curated set.</param>
/// <param name="DatasetVersion">Version of it.</param>
/// <param name="Recipe">Name of a recipe of the trainer.</param>
/// <param name="Settings">Fields of the recipe to replace, such as <c>training.epochs</c> to <c>5</c>.</param>
/// <param name="Model">Name of the model to publish a version of.</param>
/// <param name="Init">Weights to start from: <c>live</c> (the model's live version), <c>none</c>, or a version of the model.</param>
/// <param name="Promote">True when the version goes live by itself if the gate lets it.</param>
public sealed record TrainingPlan(
    [property: JsonRequired] string Dataset,
    [property: JsonRequired] string DatasetVersion,
    [property: JsonRequired] string Recipe,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Settings,
    [property: JsonRequired] string Model,
    [property: JsonRequired] string Init,
    bool Promote
);
