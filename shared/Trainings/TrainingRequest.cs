using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace RoadSeg.Trainings;

/// <summary>What <c>POST /v1/trainings</c> takes; also the form of <c>train</c> in <c>dataset.json</c>, where the set is the dropped
/// one.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record TrainingRequest
{
    /// <summary>Name of a curated set.</summary>
    public string? Dataset { get; init; }

    /// <summary>Version of it. Default: the newest.</summary>
    public string? Version { get; init; }

    /// <summary>Recipe of the trainer. Default <c>finetune</c>.</summary>
    [AllowNull]
    public string Recipe
    {
        get => field ?? "finetune";
        init;
    }

    /// <summary>Fields of the recipe to replace, such as <c>"training.epochs": "5"</c>; at most 32.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>Name of the model to publish a version of. Default: the one that serves.</summary>
    public string? Model { get; init; }

    /// <summary>Weights to start from: <c>live</c>, <c>none</c> or a version of the model. Default <c>live</c>.</summary>
    [AllowNull]
    public string Init
    {
        get => field ?? "live";
        init;
    }

    /// <summary>False keeps the version a candidate whatever the gate says. Default true.</summary>
    public bool? Promote { get; init; }
}
