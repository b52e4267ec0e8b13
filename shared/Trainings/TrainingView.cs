using RoadSeg.Registry;
using RoadSeg.Work;

namespace RoadSeg.Trainings;

/// <summary>A training run as the HTTP API shows it.</summary>
public sealed record TrainingView
{
    /// <summary>The run's id.</summary>
    public required WorkId Id { get; init; }

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

    /// <summary>What it waits for while no trainer works on it; null while one does, and when it has ended.</summary>
    public TrainingWait? Waits { get; init; }

    /// <summary>Version that came of it.</summary>
    public string? Version { get; init; }

    /// <summary>What the gate found.</summary>
    public GateReport? Gate { get; init; }

    /// <summary>Why it failed, when failed.</summary>
    public WorkFailure? Failure { get; init; }

    /// <summary>Addresses by name, relative to the service: self, metrics, log, curves, samples, worst, and model once there is
    /// one.</summary>
    public required IReadOnlyDictionary<string, string> Links { get; init; }

    /// <summary>The view of a record.</summary>
    /// <param name="run">The record.</param>
    /// <param name="waits">What it waits for, if it does.</param>
    public static TrainingView Of(TrainingRecord run, TrainingWait? waits = null)
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
            Waits = waits,
            Version = run.Version,
            Gate = run.Gate,
            Failure = run.Failure,
            Links = links,
        };
    }
}
