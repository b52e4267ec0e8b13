using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;
using RoadSeg.Jobs;
using RoadSeg.Registry;

namespace RoadSeg.Trainings;

/// <summary>What <c>POST /v1/trainings</c> takes; also the form of <c>train</c> in <c>dataset.json</c>, where the set is the dropped one.</summary>
public sealed record TrainingRequest
{
    /// <summary>Name of a curated set.</summary>
    public string? Dataset { get; init; }

    /// <summary>Version of it. Default: the newest.</summary>
    public string? Version { get; init; }

    /// <summary>Recipe of the trainer. Default <c>finetune</c>.</summary>
    [AllowNull]
    public string Recipe { get => field ?? "finetune"; init; }

    /// <summary>Fields of the recipe to replace, such as <c>"training.epochs": "5"</c>; at most 32.</summary>
    public IReadOnlyDictionary<string, string>? Settings { get; init; }

    /// <summary>Name of the model to publish a version of. Default: the one that serves.</summary>
    public string? Model { get; init; }

    /// <summary>Weights to start from: <c>live</c>, <c>none</c> or a version of the model. Default <c>live</c>.</summary>
    [AllowNull]
    public string Init { get => field ?? "live"; init; }

    /// <summary>False keeps the version a candidate whatever the gate says. Default true.</summary>
    public bool? Promote { get; init; }
}

/// <summary>A training run as the HTTP API shows it.</summary>
public sealed record TrainingView
{
    /// <summary>The run's id.</summary>
    public required JobId Id { get; init; }

    /// <summary>Where the run stands.</summary>
    public required TrainingState State { get; init; }

    /// <summary>What it learns from, and how.</summary>
    public required TrainingPlan Plan { get; init; }

    /// <summary>When each state was first entered.</summary>
    public required TrainingTimes Times { get; init; }

    /// <summary>Workers that took it so far.</summary>
    public int Attempt { get; init; }

    /// <summary>How far it is.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>Version that came of it.</summary>
    public string? Version { get; init; }

    /// <summary>What the gate found.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public JobFailure? Failure { get; init; }

    /// <summary>Addresses by name, relative to the service: self, metrics, log, curves, samples, worst, and model once there is one.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>The view of a record.</summary>
    public static TrainingView Of(TrainingRecord run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var self = $"/v1/trainings/{run.Id}";
        var links = new Dictionary<string, string>
        {
            ["self"] = self,
            ["metrics"] = $"{self}/metrics",
            ["log"] = $"{self}/log",
            ["curves"] = $"{self}/curves",
            ["samples"] = $"{self}/samples",
            ["worst"] = $"{self}/worst",
        };
        if (run.Version is { } version)
            links["model"] = $"/v1/models/{run.Plan.Model}/versions/{version}";
        return new TrainingView
        {
            Id = run.Id,
            State = run.State,
            Plan = run.Plan,
            Times = run.Times,
            Attempt = run.Attempt,
            Progress = run.Progress,
            Version = run.Version,
            Gate = run.Gate,
            Failure = run.Failure,
            Links = links,
        };
    }
}

/// <summary>A page of training runs, newest first.</summary>
/// <param name="Items">The runs.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
public sealed record TrainingPage([property: JsonRequired] IReadOnlyList<TrainingView> Items, string? Next);
